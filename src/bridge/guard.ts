import type { ResumeToken } from "../domain/event.ts";
import type { Run, Sender } from "../domain/run.ts";
import type { Place, Right, Rights } from "../routing/access.ts";
import type { Clock } from "./ports.ts";
import type { Refusals } from "./refusals.ts";
import type { AuditEntry, Store } from "./store-port.ts";

/** Asked for every act, so that a pairing counts at once. */
export type AskRights = (userId: number, place: Place) => Rights;

export interface GuardDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly rights: AskRights;
  readonly refusals: Refusals;
}

type Work = Pick<Run, "thread" | "context" | "resume">;

/** Where a run is, as far as rights go. */
export function placeOf({ thread, context }: Pick<Run, "thread" | "context">): Place {
  return { chatId: thread.chatId, ...(context.project !== undefined && { project: context.project }) };
}

/** Whether somebody has a right where a run is. */
export function hasRight(
  deps: GuardDeps,
  by: Sender,
  { run, right }: { run: Pick<Run, "thread" | "context">; right: Right },
): boolean {
  return deps.rights(by.id, placeOf(run))[right];
}

/** Why somebody may not have this done, as a sentence for them; undefined when they may. A refusal is in the audit then. */
export function whyNotFor(deps: GuardDeps, by: Sender, work: Work & { readonly id?: string }): string | undefined {
  const { project } = work.context;
  const refuse = (why: string): void => {
    const detail = placeDetail(work);
    deps.refusals.refuse({ by, why, detail, ...(work.id !== undefined && { subject: work.id }) });
  };
  if (!hasRight(deps, by, { run: work, right: "chat" })) {
    refuse("may not work on this project");
    return project === undefined ? "You may not do this here." : `You may not work on ${project}, so nothing was done.`;
  }
  if (work.resume === undefined || mayGoOn(deps, by, { chatId: work.thread.chatId, token: work.resume }))
    return undefined;
  refuse("this session belongs to another chat or project");
  return "This session belongs to a chat or project you have no part in, so nothing was done.";
}

/**
 * Whether somebody may go on with a session: always when the journal has never seen it, else only where they may chat in one of its chats
 * and may work on every one of its projects.
 */
export function mayGoOn(
  { store, rights }: GuardDeps,
  by: Sender,
  { chatId, token }: { readonly chatId: number; readonly token: ResumeToken },
): boolean {
  const places = store.placesOfSession(token);
  if (places.length === 0) return true;
  const projects = places.map(({ project }) => project).filter((project) => project !== undefined);
  return (
    projects.every((project) => rights(by.id, { chatId, project }).chat) &&
    places.some((place) => rights(by.id, { chatId: place.chatId }).chat)
  );
}

/** Writes down what somebody did. */
export function note({ store, clock }: Pick<GuardDeps, "store" | "clock">, by: Sender, act: Act): void {
  store.audit({ at: clock.now(), actor: String(by.id), ...act, detail: { ...act.detail, name: by.name } });
}

/** That a prompt was accepted, and whose; what it says is nobody's business. */
export function noteOfRun(run: Run, verb: "prompt" | "resume", more: Act["detail"] = {}): AuditEntry {
  const { id: subject, engine, resume, sender, createdAt: at } = run;
  const detail = { engine, ...placeDetail(run), ...(resume && { session: resume.value }), ...more, name: sender.name };
  return { at, actor: String(sender.id), verb, subject, detail };
}

function placeDetail({ thread, context }: Pick<Run, "thread" | "context">): { chat: number; project?: string } {
  return { chat: thread.chatId, ...(context.project !== undefined && { project: context.project }) };
}

interface Act {
  readonly verb: string;
  readonly subject?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}
