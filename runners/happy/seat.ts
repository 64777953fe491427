import type { RunRequest } from "../../src/runner/runner.ts";
import { textAt } from "../../src/runner/fields.ts";
import { EncryptionError } from "./client/errors.ts";
import type { HappyClient } from "./client/happy-client.ts";
import type { Machine, Session } from "./client/records.ts";
import { directoryOn, findMachine, hostOf } from "./find-machine.ts";
import type { HappyConfig } from "./config.ts";

/** Where a run takes place. */
export interface Seat {
  readonly sessionId: string;
  /** Where the session works, on its machine. */
  readonly directory: string;
  readonly host: string;
  /** `claude`, `codex`, … */
  readonly flavor: string;
  readonly isNew: boolean;
}

/** The session to be resumed. Throws `SessionNotFound`. */
export async function existingSeat(client: HappyClient, sessionId: string, config: HappyConfig): Promise<Seat> {
  return seatOf(await client.getSession(sessionId), config);
}

const machineKeyOnly =
  "the secret is the key of a machine (access.key), which opens no sessions: use the account's (agent.key, written by happy-agent auth login)";

/** Where a new session is to be. */
export interface Place {
  readonly machine: Machine;
  readonly directory: string;
}

/** Throws `SpawnError` for a machine that is not there, `EncryptionError` where its sessions could not be read. */
export async function choosePlace(client: HappyClient, config: HappyConfig): Promise<Place> {
  const machine = findMachine(await client.listMachines(), config.machine);
  if (!machine.opensSessions) throw new EncryptionError(machineKeyOnly);
  return { machine, directory: directoryOn(machine, config.directory) };
}

export function newSeat(sessionId: string, { machine, directory }: Place, config: HappyConfig): Seat {
  return { sessionId, directory, host: hostOf(machine), flavor: config.agent, isNew: true };
}

function seatOf({ id, metadata }: Session, config: HappyConfig): Seat {
  return {
    sessionId: id,
    directory: textAt(metadata, "path") ?? config.directory,
    host: textAt(metadata, "host") ?? config.machine,
    flavor: textAt(metadata, "flavor") ?? config.agent,
    isNew: false,
  };
}

/** What is sent. Files stay where the bot is, so that they are only named. */
export function promptText({ prompt, attachments }: RunRequest): string {
  const named = attachments.map(({ path }) => `(The user attached a file that is not on this machine: ${path})`);
  return [...(prompt === "" && named.length > 0 ? [] : [prompt]), ...named].join("\n");
}
