/** A process is not told that its parent is gone; it only gets another one. */
const lookEveryMs = 1_000;

/** Calls back when the process that started this one is gone. Returns how to stop looking. Keeps nothing alive. */
export function watchParent(onGone: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
