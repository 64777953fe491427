/** Enough to find a process again after a restart: a pid alone may have been given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque start mark from the kernel; equal only for the same process. */
  readonly startMark: string;
}
