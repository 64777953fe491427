import { setTimeout as delay } from "node:timers/promises";
import { JsonRpcClosedError, JsonRpcError } from "../../src/wire/json-rpc.ts";
import { SpawnError, type Subprocess } from "../../src/wire/subprocess.ts";
import type { AcpConfig } from "./config.ts";
import { TooLateError } from "./deadline.ts";
import { exitFailure, explainError, withStderr, type FailureContext } from "./failure.ts";
import type { Failure } from "./state.ts";

/** An agent that has closed its output has exited, or is about to. */
const exitAfterOutputMs = 1_000;

export interface Trouble {
  readonly child: Pick<Subprocess, "exited" | "stderrTail">;
  readonly config: Pick<AcpConfig, "start_timeout_s">;
  readonly context: FailureContext;
}

/** Whatever was thrown while an agent was talked to, in words for people. */
export async function explainTrouble(error: unknown, { child, config, context }: Trouble): Promise<Failure> {
  const { engine } = context;
  if (error instanceof JsonRpcError) return explainError(error, context);
  if (error instanceof TooLateError) {
    const late = `${engine} did not ${error.message} within ${config.start_timeout_s} s. Raise start_timeout_s, or try it in a terminal.`;
    return { error: withStderr(late, child.stderrTail()) };
  }
  if (!(error instanceof JsonRpcClosedError)) return { error: messageOf(error) };
  const exit = await Promise.race([child.exited, delay(exitAfterOutputMs, undefined, { ref: false })]);
  return exitFailure(engine, exit, child.stderrTail());
}

/** A program that could not be started. */
export function explainSpawn(error: unknown, { engine, known }: Pick<FailureContext, "engine" | "known">): Failure {
  const isMissing = error instanceof SpawnError && error.reason === "not_found";
  const hint = isMissing && known !== undefined ? `\nInstall ${engine}: ${known.install}` : "";
  return { error: `${messageOf(error)}${hint}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
