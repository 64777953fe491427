import { isAbsolute, relative } from "node:path";

/** Whether `path` is `directory` itself or below it, by their names alone: links are not followed. Both absolute. */
export function isInside(path: string, directory: string): boolean {
  const steps = relative(directory, path);
  return steps !== ".." && !steps.startsWith("../") && !isAbsolute(steps);
}
