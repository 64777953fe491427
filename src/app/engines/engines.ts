import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { EngineId } from "../../domain/event.ts";
import type { BackendContext, EngineBackend, EngineProgram, EngineVariant } from "../../runner/backend.ts";
import { childEnvironment } from "../../runner/child-env.ts";
import { enforceContract } from "../../runner/enforce-contract.ts";
import type { Capabilities, Runner } from "../../runner/runner.ts";
import { SessionLocks } from "../../runner/session-locks.ts";
import { findExecutable, type FoundExecutable, listPath, type MayBeThere } from "../../wire/find-executable.ts";
import { runCommand } from "../../wire/run-command.ts";
import { type Candidate, type CandidatesInput, findCandidates } from "./engine-candidates.ts";

/** What engines are made of. */
export interface EnginesInput extends CandidatesInput {
  /** The engine's own table of `takopi.toml`; undefined when it has none. */
  table(id: EngineId): unknown;
  /** Pass the same locks when the configuration is loaded again: runs of the old engines still hold some. */
  readonly locks?: SessionLocks;
  /** The bot's own environment; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether an engine can be used. `missing`: its program is not installed. `misconfigured`: its table has a mistake. `failed`: its
 * backend can't be loaded.
 */
export interface EngineStatus {
  readonly id: EngineId;
  readonly state: "ready" | "missing" | "misconfigured" | "failed";
  /** Absolute path of the program; absent when it was not found, and for engines that run inside this program. */
  readonly program?: string;
  readonly versionArgs?: readonly string[];
  /** One sentence for people; present unless the state is `ready`. */
  readonly problem?: string;
  readonly installHint?: string;
  readonly capabilities?: Capabilities;
  /** Its program is on another machine: `takopi doctor` asks there. */
  readonly isElsewhere?: true;
  /** One of many programs that a common adapter speaks with; absent for engines with an adapter of their own. */
  readonly isVariant?: true;
}

export interface Engines {
  /** By id; engines that need settings and have none are left out, and so are variants that are not installed and have no table. */
  readonly all: readonly EngineStatus[];
  /** The runner of an engine that is `ready`, with the contract enforced. */
  runner(id: EngineId): Runner | undefined;
  /** Every runner that could be made, also without its program: they read resume lines. */
  readonly runners: readonly Runner[];
  /** Names (or `PREFIX_*`) of environment variables the engine's child may see beyond the common ones. */
  environment(id: EngineId): readonly string[];
}

/** Finds and makes all engines. One that can't be used is reported in `all` and never keeps the others from working. */
export async function loadEngines(input: EnginesInput): Promise<Engines> {
  const candidates = await findCandidates(input);
  const locks = input.locks ?? new SessionLocks();
  const mayBeThere = await listPath(pathOf(input));
  const loaded = await Promise.all(
    candidates.map(async (candidate) => await loadEngine(candidate, { ...input, mayBeThere })),
  );
  const engines = loaded
    .filter((engine) => engine !== undefined)
    .toSorted((a, b) => (a.status.id < b.status.id ? -1 : 1))
    .map(({ runner, ...rest }) => ({ ...rest, ...(runner && { runner: enforceContract(runner, locks) }) }));
  const byId = new Map(engines.map((engine) => [engine.status.id, engine]));
  return {
    all: engines.map(({ status }) => status),
    runner: (id) => (byId.get(id)?.status.state === "ready" ? byId.get(id)?.runner : undefined),
    runners: engines.flatMap(({ runner }) => runner ?? []),
    environment: (id) => byId.get(id)?.environment ?? [],
  };
}

/** Ends what the engines keep between runs. Never rejects. */
export async function disposeEngines({ runners }: Pick<Engines, "runners">): Promise<void> {
  await Promise.allSettled(runners.map(async (runner) => await runner.dispose?.()));
}

/** The version an installed engine reports, or the first line of what it says; undefined when it does not answer in 10 s. */
export async function engineVersion(
  { program, versionArgs = ["--version"] }: EngineStatus,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | undefined> {
  if (program === undefined) return undefined;
  const result = await runCommand({
    command: program,
    args: [...versionArgs],
    env: childEnvironment(env, []),
    timeoutMs: 10_000,
  });
  if (!result.ok) return undefined;
  const version = /\d+\.\d+[\w.+-]*/u.exec(result.output)?.[0];
  return version ?? result.output.trim().split("\n")[0];
}

interface LoadedEngine {
  readonly status: EngineStatus;
  readonly runner?: Runner;
  readonly environment: readonly string[];
}

type ProgramState = Pick<EngineStatus, "state" | "program" | "problem">;

type LoadInput = EnginesInput & { readonly mayBeThere: MayBeThere };

async function loadEngine(candidate: Candidate, input: LoadInput): Promise<LoadedEngine | undefined> {
  const { id, source } = candidate;
  if (source.kind === "broken") return { status: { id, state: "failed", problem: source.problem }, environment: [] };
  try {
    return await loadBackend({ ...candidate, backend: source.backend }, input);
  } catch (error) {
    const problem = `${id} can't be used: ${error instanceof Error ? error.message : String(error)}`;
    return { status: { id, state: "failed", problem }, environment: [] };
  }
}

async function loadBackend(
  { id, backend, variant, tableName }: Candidate & { readonly backend: EngineBackend },
  input: LoadInput,
): Promise<LoadedEngine | undefined> {
  const { program, environment, settings: defaults } = variant ?? { ...backend, settings: {} };
  const table = withoutKind(input.table(id));
  const settings = withDefaults(table, defaults);
  const mistake = backend.configSchema.safeParse(settings).error;
  // A backend that can't do without settings, such as a protocol that many programs speak, is no engine by itself.
  if (mistake !== undefined && table === undefined) return undefined;
  const state: ProgramState =
    mistake === undefined
      ? await programState(commandOf(table, program), input, program)
      : { state: "misconfigured", problem: `${tableName} has a mistake: ${sentenceOf(mistake)}` };
  if (variant !== undefined && table === undefined && state.state === "missing") return undefined;
  const context = { engine: id, configDir: input.configDir };
  const runner = createRunner(backend, mistake === undefined ? settings : defaults, context);
  return {
    status: {
      id,
      ...state,
      ...aboutProgram(program),
      ...(variant && { isVariant: true }),
      ...aboutRunner(runner),
    },
    ...(runner && { runner }),
    environment,
  };
}

/** A table that is no table stays as it is, for the schema to complain about. */
function withDefaults(table: unknown, defaults: EngineVariant["settings"]): unknown {
  const parsed = z.looseObject({}).safeParse(table ?? {});
  return parsed.success ? { ...defaults, ...parsed.data } : table;
}

/** Also made with no settings where the table has a mistake: resume lines of the engine are then still understood. */
function createRunner(backend: EngineBackend, config: unknown, context: BackendContext): Runner | undefined {
  return backend.configSchema.safeParse(config).success ? backend.createRunner(config, context) : undefined;
}

function aboutProgram(program: EngineProgram | undefined): Pick<EngineStatus, "installHint" | "versionArgs"> {
  if (program === undefined) return {};
  const { installHint, versionArgs } = program;
  return { installHint, ...(versionArgs && { versionArgs }) };
}

function aboutRunner(runner: Runner | undefined): Pick<EngineStatus, "capabilities" | "isElsewhere"> {
  if (runner === undefined) return {};
  return { capabilities: runner.capabilities, ...(runner.check && { isElsewhere: true }) };
}

/** `kind` says which backend reads the table; the backend itself does not know the key. */
function withoutKind(table: unknown): unknown {
  const parsed = z.looseObject({}).safeParse(table);
  if (!parsed.success) return table;
  return Object.fromEntries(Object.entries(parsed.data).filter(([key]) => key !== "kind"));
}

/** The program to look for: the table's `command`, a name or a list that begins with one, or else the backend's own. */
function commandOf(table: unknown, program: EngineProgram | undefined): string | undefined {
  const { data } = z.looseObject({ command: z.union([z.string(), z.array(z.string())]) }).safeParse(table);
  const command = typeof data?.command === "string" ? data.command : data?.command[0];
  return command ?? program?.command;
}

async function programState(
  command: string | undefined,
  input: LoadInput,
  program: EngineProgram | undefined,
): Promise<ProgramState> {
  if (command === undefined) return { state: "ready" };
  const place = absoluteIfPath(command, input.configDir);
  const found = input.mayBeThere(place) ? await findExecutable(place, pathOf(input)) : notFound;
  const install = program === undefined ? "" : `; install it with: ${program.installHint}`;
  switch (found.kind) {
    case "found":
      return { state: "ready", program: found.path };
    case "not_found":
      return { state: "missing", problem: `${command} was not found${install}` };
    case "not_executable":
      return { state: "missing", problem: `${found.path} is not executable; run: chmod +x ${found.path}` };
  }
}

const notFound: FoundExecutable = { kind: "not_found" };

function pathOf({ env = process.env }: EnginesInput): string {
  return env["PATH"] ?? "";
}

function absoluteIfPath(command: string, configDir: string): string {
  if (command.startsWith("~/")) return join(homedir(), command.slice(2));
  return command.includes("/") ? resolve(configDir, command) : command;
}

function sentenceOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`))
    .join("; ");
}
