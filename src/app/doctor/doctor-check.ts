/** One line of the doctor: what was looked at and, where it is not well, what to do. */
export interface Check {
  readonly state: "ok" | "warning" | "problem";
  readonly text: string;
}
