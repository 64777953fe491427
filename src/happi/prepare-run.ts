import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { EngineId, ResumeToken } from "../domain/event.ts";
import type { RunOptions } from "../domain/run.ts";
import type { Runner, RunRequest } from "../runner/runner.ts";
import type { Envelope } from "./envelope.ts";
import { readFirstArgument, type Asked } from "./first-argument.ts";
import type { HappiFailure } from "./happi-event.ts";
import type { HappiEngines, HappiHost } from "./happi-host.ts";
import { promptOf } from "./prompt.ts";
import { readRunFlags, type RunFlags } from "./run-flags.ts";

/** A run that can begin. */
export interface PreparedRun {
  readonly engines: HappiEngines;
  readonly runner: Runner;
  readonly request: RunRequest;
  readonly asked: Asked;
  readonly flags: RunFlags;
}

/** Everything that can be wrong with a request is found before the engine is started. */
export async function prepareRun(
  envelope: Envelope,
  engine: EngineId,
  host: HappiHost,
): Promise<PreparedRun | HappiFailure> {
  const asked = readFirstArgument(envelope.args[0]);
  const flags = readRunFlags(envelope.flags);
  if (typeof asked === "string") return invalid(asked);
  if (typeof flags === "string") return invalid(flags);
  const engines = await enginesOf(host);
  if ("code" in engines) return engines;
  const runner = engines.runner(engine);
  if (runner === undefined) return unavailable(engine, engines);
  const options = optionsOf(runner, { ...(asked.model !== undefined && { model: asked.model }), ...flags });
  if (typeof options === "string") return invalid(options);
  const resume = flags.resume === undefined ? undefined : tokenFrom(runner, flags.resume);
  if (resume === "none") return invalid(`flags.resume names no session of ${engine}: give its resume line or its id`);
  const cwd = await findDirectory(flags.cwd, host);
  if (cwd === undefined) return invalid(`flags.cwd is not a directory: ${flags.cwd ?? host.cwd}`);
  const prompt = promptOf(asked, resume !== undefined);
  const request = { runId: host.newRunId(), prompt, cwd, attachments: [], options, ...(resume && { resume }) };
  return { engines, runner, request, asked, flags };
}

async function enginesOf(host: HappiHost): Promise<HappiEngines | HappiFailure> {
  try {
    return await host.engines();
  } catch (error) {
    return { code: "config_error", message: error instanceof Error ? error.message : String(error) };
  }
}

function unavailable(engine: EngineId, engines: HappiEngines): HappiFailure {
  if (engines.ids.includes(engine)) return { code: "engine_unavailable", message: engines.whyUnavailable(engine) };
  const known = engines.ids.map((id) => `${id}.run`).join(", ");
  return { code: "unknown_cmd", message: `there is no engine "${engine}"; this runtime has ${known}` };
}

/** What the engine can't be told is an error: a program that asked for a model must not get another one. */
function optionsOf({ engine, capabilities }: Runner, { model, effort }: RunFlags): RunOptions | string {
  if (model !== undefined && !capabilities.model) return `${engine} can't be told a model: leave it out`;
  if (effort !== undefined && !capabilities.effort.includes(effort)) {
    const known = capabilities.effort.join(", ");
    return known === "" ? `${engine} has no effort to choose: leave it out` : `flags.effort must be one of ${known}`;
  }
  return { ...(model !== undefined && { model }), ...(effort !== undefined && { effort }) };
}

/** A bare id counts when the engine reads it back out of its own line: what looks like a flag does not. */
function tokenFrom(runner: Runner, text: string): ResumeToken | "none" {
  const named = runner.extractResume(text);
  if (named !== undefined) return named;
  const token = { engine: runner.engine, value: text.trim() };
  return runner.extractResume(runner.formatResume(token))?.value === token.value ? token : "none";
}

async function findDirectory(path: string | undefined, { cwd, env }: HappiHost): Promise<string | undefined> {
  if (path === undefined) return cwd;
  const isInHome = path === "~" || path.startsWith("~/");
  const absolute = isInHome ? join(env["HOME"] ?? homedir(), path.slice(1)) : resolve(cwd, path);
  const found = await stat(absolute).catch(() => undefined);
  return found?.isDirectory() === true ? absolute : undefined;
}

function invalid(message: string): HappiFailure {
  return { code: "invalid_args", message };
}
