import type { LoadedConfig } from "../../config/load-config.ts";
import { AlreadyRunningError } from "../../store/instance-lock.ts";
import { askStatus } from "../status/ask-status.ts";
import type { Check } from "./doctor-check.ts";
import { takeLocks } from "../locks.ts";
import { findSupervisor } from "../supervisor/find-supervisor.ts";
import { type SupervisorMachine, thisMachine } from "../supervisor/machine.ts";
import { nameFor } from "../supervisor/supervised-bot.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Whether a bot runs with this configuration, how it is, and whether the machine keeps it running. */
export async function* checkRunning(
  { dir, path, config }: LoadedConfig,
  env: Env,
  machine: SupervisorMachine = thisMachine(env),
): AsyncGenerator<Check, void, undefined> {
  const { bot_token: token, api_root: apiRoot } = config.transports.telegram;
  try {
    takeLocks({ dir, token, apiRoot, env }).release();
    yield { state: "ok", text: "no other takopi is running here" };
  } catch (error) {
    if (error instanceof AlreadyRunningError) yield await checkHolder(error, { dir, env });
    else yield { state: "problem", text: error instanceof Error ? error.message : String(error) };
  }
  const kept = await checkSupervisor(machine, path);
  if (kept !== undefined) yield kept;
}

async function checkHolder({ holderPid }: AlreadyRunningError, place: { dir: string; env: Env }): Promise<Check> {
  const running = `takopi is running${holderPid === undefined ? "" : ` as process ${holderPid}`}`;
  const answer = await askStatus(place);
  if (answer.kind !== "report" || answer.report.pid !== holderPid) {
    return { state: "warning", text: `${running}, and does not answer takopi status with this configuration` };
  }
  const { isWell, problems } = answer.report;
  if (isWell) return { state: "ok", text: `${running} and is well; takopi status says more` };
  return { state: "problem", text: `${running} and is not well: ${problems.join("; ")}` };
}

/** Undefined where nothing is installed. */
async function checkSupervisor(machine: SupervisorMachine, config: string): Promise<Check | undefined> {
  const name = nameFor(machine.home, config);
  try {
    const { file, isRunning } = await (await findSupervisor(machine)).state(name);
    if (file === undefined) return undefined;
    return isRunning
      ? { state: "ok", text: `service ${name} keeps it running: ${file}` }
      : { state: "warning", text: `service ${name} is installed and does not run: takopi service logs says why` };
  } catch {
    // No supervisor on this machine, so nothing can be installed.
    return undefined;
  }
}
