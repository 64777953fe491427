import { clipped } from "../../domain/clipped.ts";
import type { IncomingMessage } from "../../domain/incoming.ts";
import type { RunContext } from "../../domain/run.ts";
import { formatElapsed } from "../../progress/elapsed.ts";
import type { SessionSummary } from "../../runner/runner.ts";
import { whyOffered } from "../accept-prompt.ts";
import { type GuardDeps, mayGoOn, whyNotFor } from "../guard.ts";
import type { Log } from "../ports.ts";
import { answer, type ChoiceDeps, engineNamed, projectOf } from "./choice-deps.ts";
import type { Offer } from "./choice-store.ts";
import { type ContinueDeps, continueSession } from "./continue-session.ts";
import { findSessions, type FoundSessions } from "./find-sessions.ts";
import { offerButtons } from "./offer-buttons.ts";

const SHOWN = 8;
const MAX_TITLE_CHARS = 60;

/** `/sessions [engine] [project]`: the recent sessions there, each with a button that continues it here. */
export async function sessionsCommand(deps: ChoiceDeps & { log: Log }, message: IncomingMessage): Promise<void> {
  const place = placeOf(deps, message);
  if (place.kind === "problem") return answer(deps, message, place.problem);
  const found = await findSessions(deps, place);
  const shown = ownSessions(deps, message, { ...found, count: SHOWN });
  const now = deps.clock.now();
  const lines = shown.map((session, index) => `${index + 1}. ${sessionLine(session, now)}`);
  const buttons = offerButtons(
    deps,
    message,
    shown.map((session, index) => ({
      label: `${index + 1}. ${titleOf(session)}`,
      offer: offerOf(session, place.context),
    })),
  );
  const text = [heading(place, shown.length), ...lines, ...silentLine(found)].join("\n");
  answer(deps, message, { text, keyboard: buttons.map((button) => [button]) });
}

/** `/continue [prompt]`: goes on with the newest session, at once where a prompt is given. */
export async function continueCommand(deps: ContinueDeps & { log: Log }, message: IncomingMessage): Promise<void> {
  const place = placeOf(deps, { ...message, text: "" });
  if (place.kind === "problem") return answer(deps, message, place.problem);
  const prompt = message.text.trim().replace(/^\S+\s*/, "");
  const found = await findSessions(deps, place);
  const [newest] = ownSessions(deps, message, { ...found, count: 1 });
  if (newest === undefined) return answer(deps, message, [heading(place, 0), ...silentLine(found)].join("\n"));
  const offer = { ...offerOf(newest, place.context), ...(prompt !== "" && { prompt }) };
  const { thread, sender, updateId, messageId: replyTo } = message;
  const doubt = whyOffered(deps, message);
  const wish = { thread, sender, updateId, replyTo, ...(doubt !== undefined && { doubt }) };
  const refusal = continueSession(deps, offer, wish);
  if (refusal !== undefined) answer(deps, message, refusal);
}

/** The newest. Those the journal knows to be of chats and projects that the sender has no part in are not theirs to see. */
function ownSessions(
  deps: GuardDeps,
  { thread, sender }: IncomingMessage,
  { sessions, count }: Pick<FoundSessions, "sessions"> & { readonly count: number },
): readonly SessionSummary[] {
  const own: SessionSummary[] = [];
  for (const session of sessions) {
    if (own.length === count) break;
    if (mayGoOn(deps, sender, { chatId: thread.chatId, token: session.token })) own.push(session);
  }
  return own;
}

type Place =
  | { readonly kind: "place"; readonly cwd: string; readonly engine?: string; readonly context: RunContext }
  | { readonly kind: "problem"; readonly problem: string };

/** Words after the command name an engine or a project, with or without a slash. */
function placeOf(deps: ChoiceDeps, message: IncomingMessage): Place {
  const [, ...words] = message.text.trim().split(/\s+/);
  let engine: string | undefined;
  let project = projectOf(deps, message);
  for (const word of words.map((each) => each.replace(/^\//, ""))) {
    const named = engineNamed(deps, word);
    const alias = [...deps.settings.projects.keys()].find((known) => known.toLowerCase() === word.toLowerCase());
    if (named === undefined && alias === undefined)
      return { kind: "problem", problem: `"${word}" is neither an engine nor a project.` };
    engine = named ?? engine;
    project = alias ?? project;
  }
  const cwd = deps.settings.projects.get(project ?? "")?.path ?? deps.settings.cwd;
  const context = project === undefined ? {} : { project };
  const refusal = whyNotFor(deps, message.sender, { thread: message.thread, context });
  if (refusal !== undefined) return { kind: "problem", problem: refusal };
  return {
    kind: "place",
    cwd,
    context,
    ...(engine !== undefined && { engine }),
  };
}

function heading({ cwd, context, engine }: Extract<Place, { kind: "place" }>, count: number): string {
  const where = context.project ?? cwd;
  const whose = engine === undefined ? "" : ` of ${engine}`;
  return count === 0 ? `There are no sessions${whose} in ${where}.` : `Sessions${whose} in ${where}, newest first:`;
}

function sessionLine(session: SessionSummary, now: number): string {
  const open = session.isOpen === true ? " · open now" : "";
  return `${session.token.engine} · ${titleOf(session)} · ${formatElapsed(now - session.updatedAt)} ago${open}`;
}

function titleOf({ title, token }: SessionSummary): string {
  return clipped((title ?? token.value).replace(/\s+/g, " ").trim(), MAX_TITLE_CHARS);
}

function offerOf(session: SessionSummary, context: RunContext): Extract<Offer, { kind: "session" }> {
  const { token, cwd, isOpen = false } = session;
  return { kind: "session", token, title: titleOf(session), context, cwd, isOpen };
}

function silentLine({ silent }: FoundSessions): readonly string[] {
  return silent.length === 0 ? [] : [`No answer from: ${silent.join(", ")}.`];
}
