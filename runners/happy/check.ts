import { fieldsAt, textAt } from "../../src/runner/fields.ts";
import type { EngineCheck } from "../../src/runner/runner.ts";
import type { Machine } from "./client/records.ts";
import { connect } from "./connect.ts";
import { explainError, whoOf } from "./failure.ts";
import { hostOf } from "./find-machine.ts";
import type { HappyRunnerOptions } from "./options.ts";
import { choosePlace } from "./seat.ts";

/** Asks the server for the machine. Nothing is started there. Does not throw. */
export async function checkMachine(
  options: HappyRunnerOptions,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<EngineCheck> {
  const { engine, config } = options;
  try {
    const client = await connect(options, env, signal);
    const { machine } = await choosePlace(client, config);
    return judge(machine, options);
  } catch (error) {
    return { state: "problem", text: `${engine}: ${explainError(error, whoOf(engine, config)).error}` };
  }
}

function judge(machine: Machine, { engine, config }: HappyRunnerOptions): EngineCheck {
  const host = hostOf(machine);
  const { metadata, active } = machine;
  const version = textAt(metadata, "happyCliVersion") ?? "of an unknown version";
  if (!active) return { state: "warning", text: `${engine}: ${host} is offline; run happy daemon start there` };
  if (fieldsAt(metadata, "cliAvailability")[config.agent] === false)
    return { state: "problem", text: `${engine}: ${config.agent} is not installed on ${host}` };
  if (fieldsAt(metadata, "resumeSupport")["rpcAvailable"] !== true)
    return {
      state: "warning",
      text: `${engine}: ${host} can't start stopped sessions again; run happy-agent auth login there once`,
    };
  return { state: "ok", text: `${engine}: ${config.agent} on ${host}, online with happy ${version}` };
}
