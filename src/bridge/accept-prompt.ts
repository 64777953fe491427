import type { EngineId, ResumeToken } from "../domain/event.ts";
import type { IncomingMessage } from "../domain/incoming.ts";
import { newSessionKey, type Run, type RunId, type SessionKey, sessionKeyOf } from "../domain/run.ts";
import { formatElapsed } from "../progress/elapsed.ts";
import { resolveRoute, type Route, type SessionChoice } from "../routing/resolve-route.ts";
import { ambientProject } from "./ambient-project.ts";
import { chosenHere, optionsOf } from "./choices/preferences.ts";
import type { Deliveries } from "./deliveries.ts";
import type { SentPart } from "./files/file-store.ts";
import { newToSession, type RepliedFiles, repliedFiles } from "./files/replied-files.ts";
import { type GuardDeps, hasRight, mayGoOn, noteOfRun, whyNotFor } from "./guard.ts";
import { knownRunner } from "./known-engines.ts";
import type { LiveRuns } from "./live-runs.ts";
import type { EngineSource } from "./ports.ts";
import { showQueued } from "./queue/queue-card.ts";
import { offerKeyboard } from "./run-messages.ts";
import { noticeRow, say } from "./say.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SessionMemory } from "./session-memory.ts";
import type { BridgeSettings } from "./settings.ts";
import type { AcceptedWith } from "./store-port.ts";

export interface PromptDeps extends GuardDeps {
  readonly engines: EngineSource;
  readonly settings: BridgeSettings;
  readonly lives: LiveRuns;
  readonly scheduler: Scheduler;
  readonly deliveries: Deliveries;
  readonly memory: SessionMemory;
  readonly newRunId: () => RunId;
}

/** Clients cut a longer text into messages of at most 4096 characters, sent at once. */
const PASTE_PART_CHARS = 4_000;
const PASTE_WAIT_MS = 1_000;

/**
 * Turns a message into a run: queued at once with a progress message as its receipt, or, when it may no longer be wanted, held with
 * the choice to run or discard it. A later part of a split paste joins the run of the first part. Handling an update again changes
 * nothing.
 */
export function acceptPrompt(deps: PromptDeps, message: IncomingMessage, parts: readonly SentPart[] = []): void {
  if (parts.length === 0 && joinPaste(deps, message)) return;
  const { updateId, sender } = message;
  const replied = repliedFiles(deps, message);
  const route = routeMessage(deps, message, replied);
  const problem = replied.problem ?? problemOf(deps, route);
  if (problem !== undefined || route.kind === "problem") return refuse(deps, message, { parts, text: problem ?? "" });
  const run = newRun(deps, message, route);
  const refusal = whyNotFor(deps, sender, run);
  if (refusal !== undefined) return refuse(deps, message, { parts, text: refusal });
  const followed = route.session.kind === "follow" ? route.session.run : undefined;
  const taken = newToSession(deps.store, replied.files, followed);
  const files = [...taken, ...parts.map(({ file }) => file)].map((file) => ({ file }));
  acceptRun(deps, run, { updateId, doubt: whyOffered(deps, message), parts, files });
}

/** Why nothing can be started, as a sentence. */
function problemOf(deps: PromptDeps, route: Route): string | undefined {
  if (route.kind === "problem") return route.problem;
  if (route.prompt.trim() === "") return "There is no prompt in this message.";
  return route.plan && !canPlan(deps, route.engine)
    ? `${route.engine} has no plan mode, so nothing was started: send it without /plan.`
    : undefined;
}

/** All parts of an album are done with at once; a message without files is, when this is over. */
function refuse(
  { deliveries, store }: PromptDeps,
  { thread, messageId: replyTo }: IncomingMessage,
  { parts, text }: { readonly parts: readonly SentPart[]; readonly text: string },
): void {
  const [first, ...others] = parts.map(({ updateId }) => updateId);
  if (first === undefined) return say(deliveries, { thread, replyTo, text });
  const outbox = [noticeRow({ thread, replyTo, text })];
  if (store.answerUpdates([first, ...others], { parts, outbox })) deliveries.wake();
}

interface Acceptance extends Pick<AcceptedWith, "parts" | "files"> {
  readonly updateId: number;
  readonly doubt: string | undefined;
}

/** Puts a run into the queue, or with a `doubt`, the question whether it is still wanted, before the user. An update counts once. */
export function acceptRun(
  deps: Pick<PromptDeps, "scheduler" | "lives" | "store" | "engines" | "deliveries">,
  run: Run,
  { updateId, doubt, ...brought }: Acceptance,
): void {
  if (doubt === undefined) {
    if (deps.store.acceptRun(run, updateId, { ...brought, noted: noteOfRun(run, "prompt") })) enterQueue(deps, run);
    return;
  }
  const { id: runId, thread, promptMessageId: replyTo } = run;
  const question = { thread, replyTo, text: doubt, keyboard: offerKeyboard(runId), runId, isLoud: true };
  const also = { ...brought, noted: noteOfRun(run, "prompt", { state: "held" }), outbox: [noticeRow(question)] };
  if (deps.store.acceptRun({ ...run, state: "held" }, updateId, also)) deps.deliveries.wake();
}

function canPlan({ engines }: PromptDeps, engine: EngineId): boolean {
  return knownRunner(engines, engine)?.capabilities.plans === true;
}

/** Lets a queued run start when it may; one that has to wait shows at once that it was received. */
export function enterQueue(deps: Pick<PromptDeps, "scheduler" | "lives" | "store" | "engines">, run: Run): void {
  deps.scheduler.wake();
  if (deps.lives.find(run.id) === undefined) showQueued(deps, deps.lives.open(run));
}

function joinPaste(deps: PromptDeps, message: IncomingMessage): boolean {
  const { thread, sender, text, messageId, updateId } = message;
  if (message.replyTo !== undefined || message.forwarded) return false;
  const now = deps.clock.now();
  const first = deps.store.openPaste(thread, sender.id, { now, dueBy: now + PASTE_WAIT_MS });
  if (first === undefined) return false;
  const notBefore = isPastePart(text) ? now + PASTE_WAIT_MS : now;
  deps.store.appendPrompt(first.id, { text, messageId, notBefore, updateId });
  deps.scheduler.wake();
  return true;
}

function isPastePart(text: string): boolean {
  return text.length >= PASTE_PART_CHARS;
}

function routeMessage(deps: PromptDeps, message: IncomingMessage, { isToAnswer }: RepliedFiles): Route {
  const { engines, settings, store } = deps;
  const { replyTo, quote, thread } = message;
  const link = replyTo && store.findMessage({ chatId: thread.chatId, messageId: replyTo.messageId });
  const run = link && store.findRun(link.runId);
  const chosen = chosenHere(deps, thread, "engine")?.value;
  const projectEngines = [...settings.projects].flatMap(([alias, { defaultEngine }]) =>
    defaultEngine === undefined ? [] : [[alias, defaultEngine] as const],
  );
  return resolveRoute({
    text: message.text,
    codecs: engines.runners,
    names: { engines: engines.runners.map((runner) => runner.engine), projects: [...settings.projects.keys()] },
    defaults: {
      engine: settings.defaultEngine,
      projectEngines: new Map(projectEngines),
      ...(chosen !== undefined && { chosen }),
      ...ambientProject(settings, thread.chatId),
    },
    ...(quote !== undefined && { quote }),
    // What the bot said about a file is no part of the prompt.
    ...(replyTo &&
      !isToAnswer && { replied: { ...(replyTo.text !== undefined && { text: replyTo.text }), ...(run && { run }) } }),
  });
}

function newRun(deps: PromptDeps, message: IncomingMessage, route: Extract<Route, { kind: "prompt" }>): Run {
  const { thread, sender, messageId, text } = message;
  const id = deps.newRunId();
  const createdAt = deps.clock.now();
  const followed = route.session.kind === "follow" ? route.session.run : undefined;
  return {
    id,
    thread,
    sender,
    promptMessageId: messageId,
    prompt: route.prompt,
    engine: route.engine,
    ...chooseSession(deps, { message, route, id }),
    context: route.context,
    cwd: followed?.cwd ?? deps.settings.projects.get(route.context.project ?? "")?.path ?? deps.settings.cwd,
    options: { ...optionsOf(deps, thread, route), ...(route.plan && { plan: true }) },
    state: "queued",
    createdAt,
    notBefore: isPastePart(text) ? createdAt + PASTE_WAIT_MS : createdAt,
  };
}

type SessionOfRun = Pick<Run, "sessionKey" | "resume">;

function chooseSession(
  deps: PromptDeps,
  { message, route, id }: { message: IncomingMessage; route: Extract<Route, { kind: "prompt" }>; id: RunId },
): SessionOfRun {
  const chosen = namedSession(route.session) ?? remembered(deps, message, route);
  if (chosen === undefined) return { sessionKey: newSessionKey(id) };
  return "value" in chosen ? resumed(chosen) : sessionOf(chosen);
}

/** What a topic goes on with may be of a project that this sender has no part in: then they begin anew. */
function remembered(
  deps: PromptDeps,
  { thread, sender }: IncomingMessage,
  { engine }: Pick<Run, "engine">,
): ResumeToken | Run | undefined {
  const found = deps.memory.recall(thread, sender, engine);
  if (found === undefined) return undefined;
  const token = "value" in found ? found : found.resume;
  const isOfOthers = "value" in found ? false : !hasRight(deps, sender, { run: found, right: "chat" });
  if (isOfOthers) return undefined;
  return token === undefined || mayGoOn(deps, sender, { chatId: thread.chatId, token }) ? found : undefined;
}

function namedSession(session: SessionChoice): ResumeToken | Run | undefined {
  if (session.kind === "open") return undefined;
  return session.kind === "token" ? session.token : session.run;
}

function resumed(token: ResumeToken): SessionOfRun {
  return { resume: token, sessionKey: sessionKeyOf(token) };
}

/** A run that has no session yet is waited for under its own key; the journal hands its token on to those behind it. */
function sessionOf(run: Run): { sessionKey: SessionKey; resume?: ResumeToken } {
  return run.resume === undefined ? { sessionKey: run.sessionKey } : resumed(run.resume);
}

/** Why a message is offered rather than run; undefined when it is to run. */
export function whyOffered(
  { clock, settings }: Pick<PromptDeps, "clock" | "settings">,
  message: IncomingMessage,
): string | undefined {
  if (message.forwarded) return "This is a forwarded message. Run it as a prompt?";
  const ageMs = clock.now() - message.sentAt;
  return ageMs > settings.maxAgeMs
    ? `You sent this ${formatElapsed(ageMs)} ago, while I was away. Run it now?`
    : undefined;
}
