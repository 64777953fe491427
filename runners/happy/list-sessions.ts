import { fieldsAt, textAt } from "../../src/runner/fields.ts";
import type { SessionHost, SessionSummary } from "../../src/runner/runner.ts";
import { sessionTitle } from "../../src/runner/session-title.ts";
import { machineIdOf, type Session } from "./client/records.ts";
import { connect } from "./connect.ts";
import { directoryOn, findMachine } from "./find-machine.ts";
import type { HappyRunnerOptions } from "./options.ts";

const maxSessions = 200;

/** The sessions of the table's directory on its machine: the bot's own directory is of no meaning there. */
export async function listSessions(host: SessionHost, options: HappyRunnerOptions): Promise<readonly SessionSummary[]> {
  const { engine, config } = options;
  const client = await connect(options, host.env, host.signal);
  const [machines, sessions] = await Promise.all([client.listMachines(), client.listSessions()]);
  const machine = findMachine(machines, config.machine);
  const directory = directoryOn(machine, config.directory);
  return sessions
    .filter((session) => machineIdOf(session) === machine.id && textAt(session.metadata, "path") === directory)
    .slice(0, maxSessions)
    .map((session) => summaryOf(session, engine, directory));
}

function summaryOf(session: Session, engine: string, cwd: string): SessionSummary {
  const { id, metadata, updatedAt, active } = session;
  const title = sessionTitle(textAt(fieldsAt(metadata, "summary"), "text") ?? textAt(metadata, "name") ?? "");
  return {
    token: { engine, value: id },
    ...(title !== "" && { title }),
    cwd,
    updatedAt,
    isOpen: active,
  };
}
