import type { SupervisorMachine } from "./machine.ts";
import { SupervisorError } from "./supervisor-error.ts";

/** Stands in every file that is written, so that no other file is overwritten or removed. */
export const MARK = "Written by takopi service install";

/** Writes a file of ours. Throws `SupervisorError` when one is there that is not. */
export function writeOwned(
  machine: SupervisorMachine,
  file: string,
  text: string,
): "installed" | "updated" | "unchanged" {
  const there = ownedText(machine, file);
  if (there === text) return "unchanged";
  machine.writeFile(file, text);
  return there === undefined ? "installed" : "updated";
}

/** The text of a file of ours; undefined when there is none. Throws `SupervisorError` when it is not ours. */
export function ownedText(machine: SupervisorMachine, file: string): string | undefined {
  const there = machine.readFile(file);
  if (there === undefined || there.includes(MARK)) return there;
  throw new SupervisorError(`${file} was not written by takopi and is left alone: move it away, then try again`);
}
