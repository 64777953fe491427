import type { EngineId, ResumeToken } from "../domain/event.ts";
import type { Run, RunContext } from "../domain/run.ts";
import { findResume, stripResumeLines } from "../runner/resume-line.ts";
import type { ResumeCodec } from "../runner/runner.ts";
import { parseContextLine } from "./context-line.ts";
import { type Directives, type DirectiveNames, parseDirectives } from "./directives.ts";

/** Everything that decides where a message goes. */
export interface RouteInput {
  readonly text: string;
  /** What the user marked in the message they replied to. */
  readonly quote?: string;
  readonly replied?: {
    readonly text?: string;
    /** The run the replied-to message belongs to, when it is one of ours. */
    readonly run?: Run;
  };
  readonly codecs: readonly ResumeCodec[];
  readonly names: DirectiveNames;
  readonly defaults: RouteDefaults;
}

export interface RouteDefaults {
  readonly engine: EngineId;
  /** What the chat or topic chose; it goes before the project's. */
  readonly chosen?: EngineId;
  readonly project?: string;
  /** Engines that projects prefer, by alias. */
  readonly projectEngines: ReadonlyMap<string, EngineId>;
}

/**
 * Which session a prompt belongs to, as far as the message itself says. `follow`: the session of a run, also one that has no name
 * yet. `open`: nothing said; the chat's remembered session, or a new one.
 */
export type SessionChoice =
  | { readonly kind: "token"; readonly token: ResumeToken }
  | { readonly kind: "follow"; readonly run: Run }
  | { readonly kind: "open" };

export type Route =
  | {
      readonly kind: "prompt";
      readonly prompt: string;
      readonly engine: EngineId;
      readonly context: RunContext;
      readonly session: SessionChoice;
      /** Work out a plan first. */
      readonly plan: boolean;
    }
  | { readonly kind: "problem"; readonly problem: string };

/** What an empty prompt with a session to continue becomes. */
const CONTINUE = "continue";

/** Decides engine, project and session of a message. Precedence is that of the original Takopi. */
export function resolveRoute(input: RouteInput): Route {
  const own = findResume(input.text, input.codecs);
  const parsed = parseDirectives(stripResumeLines(input.text, input.codecs), input.names);
  if (parsed.kind === "problem") return parsed;
  const { directives } = parsed;
  const session = chooseSession({ ...input, directives, ...(own && { own }) });
  const context = chooseContext(input, directives);
  if (context.kind === "problem") return context;
  return {
    kind: "prompt",
    prompt: withQuote(input, directives.prompt, session),
    engine: chooseEngine(session, directives, { ...input.defaults, context: context.context }),
    context: context.context,
    session,
    plan: directives.plan ?? false,
  };
}

function chooseSession(input: RouteInput & { directives: Directives; own?: ResumeToken }): SessionChoice {
  if (input.own !== undefined) return { kind: "token", token: input.own };
  const run = input.replied?.run;
  const wanted = input.directives.engine;
  if (run !== undefined)
    return wanted === undefined || wanted === run.engine ? { kind: "follow", run } : { kind: "open" };
  const token = findResume(input.replied?.text ?? "", input.codecs);
  return token === undefined ? { kind: "open" } : { kind: "token", token };
}

type ContextResult =
  { readonly kind: "context"; readonly context: RunContext } | { readonly kind: "problem"; readonly problem: string };

/** A replied-to run or `ctx:` line wins over directives, so that a session stays in its project. */
function chooseContext(input: RouteInput, directives: Directives): ContextResult {
  const replied = input.replied?.run?.context ?? parseContextLine(input.replied?.text ?? "");
  if (replied?.project !== undefined) return knownProject(replied, input.names);
  const project = directives.project ?? input.defaults.project;
  if (directives.branch !== undefined) return branchProblem(directives.branch);
  return { kind: "context", context: project === undefined ? {} : { project } };
}

function knownProject(context: RunContext, names: DirectiveNames): ContextResult {
  const alias = names.projects.find((name) => name.toLowerCase() === context.project?.toLowerCase());
  if (alias !== undefined) return { kind: "context", context: { ...context, project: alias } };
  return {
    kind: "problem",
    problem: `project "${context.project}" is not in takopi.toml any more: add [projects.${context.project}] again, or send the prompt without a reply`,
  };
}

/** Running in another branch needs a worktree; saying no is better than working in the wrong branch. */
function branchProblem(branch: string): ContextResult {
  return { kind: "problem", problem: `@${branch}: branches are not supported yet; nothing was started` };
}

function chooseEngine(
  session: SessionChoice,
  directives: Directives,
  defaults: RouteDefaults & { context: RunContext },
): EngineId {
  if (session.kind === "token") return session.token.engine;
  if (session.kind === "follow") return session.run.engine;
  const ofProject = defaults.projectEngines.get(defaults.context.project ?? "");
  return directives.engine ?? defaults.chosen ?? ofProject ?? defaults.engine;
}

/** The quoted part leads the prompt; a replied-to message that is no run's is quoted whole. */
function withQuote(input: RouteInput, prompt: string, session: SessionChoice): string {
  const foreign = session.kind === "open" && input.replied?.run === undefined ? input.replied?.text : undefined;
  const quoted = input.quote ?? foreign;
  const asked = prompt === "" && session.kind !== "open" ? CONTINUE : prompt;
  if (quoted === undefined || quoted.trim() === "") return asked;
  const block = quoted
    .trim()
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
  return `${block}\n\n${asked}`.trim();
}
