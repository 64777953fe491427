import { SpawnError } from "./client/errors.ts";
import type { Machine } from "./client/records.ts";
import { textAt } from "../../src/runner/fields.ts";

/** The machine that a table names: by its id, or by its host name. Throws `SpawnError`, which says what there is. */
export function findMachine(machines: readonly Machine[], name: string): Machine {
  const byId = machines.find(({ id }) => id === name);
  if (byId !== undefined) return byId;
  const byHost = machines.filter((machine) => hostOf(machine).toLowerCase() === name.toLowerCase());
  const [found, ...others] = byHost;
  if (found !== undefined && others.length === 0) return found;
  if (found === undefined)
    throw new SpawnError(`there is no machine "${name}" in this Happy account. ${listed(machines)}`);
  throw new SpawnError(`"${name}" is the name of several machines: give the id of one as machine. ${listed(byHost)}`);
}

export function hostOf({ metadata, id }: Machine): string {
  return textAt(metadata, "host") ?? id;
}

/** A path on the machine, `~` being its own home directory. */
export function directoryOn(machine: Machine, directory: string): string {
  if (directory !== "~" && !directory.startsWith("~/")) return directory;
  const home = textAt(machine.metadata, "homeDir");
  if (home === undefined)
    throw new SpawnError(
      `${hostOf(machine)} does not say where its home directory is: write directory as an absolute path`,
    );
  return `${home.replace(/[\\/]+$/u, "")}${directory.slice(1)}`;
}

function listed(machines: readonly Machine[]): string {
  if (machines.length === 0)
    return "It has none that this secret opens: run happy daemon start on the machine, and use the account's secret.";
  return `It has: ${machines.map((machine) => `${hostOf(machine)} (${machine.id})`).join(", ")}.`;
}
