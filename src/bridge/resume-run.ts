import { newSessionKey, type Run, type Sender, type SessionKey, sessionKeyOf } from "../domain/run.ts";
import { noteOfRun } from "./guard.ts";
import { enterQueue, type PromptDeps } from "./accept-prompt.ts";

interface ResumeWish {
  /** The run that has ended, or works. */
  readonly run: Run;
  readonly prompt: string;
  readonly sender: Sender;
  readonly updateId: number;
  /** Default: now. Milliseconds since 1970. */
  readonly notBefore?: number;
}

/**
 * Goes on after a run: in its session, or anew where it never had one. A run that was interrupted is resumed once, whichever of the
 * buttons that offer it is pressed first. False when that was before, or when the update had its effect before.
 */
export function resumeOnce(deps: PromptDeps, wish: ResumeWish): boolean {
  if (wish.run.state !== "interrupted") return resumeRun(deps, wish) !== undefined;
  const mark = `resumed:${wish.run.id}`;
  if (deps.store.getFact(mark) !== undefined) return false;
  const next = resumeRun(deps, wish);
  if (next === undefined) return false;
  deps.store.setFact(mark, next.id);
  return true;
}

function resumeRun(deps: PromptDeps, wish: ResumeWish): Run | undefined {
  const id = deps.newRunId();
  const createdAt = deps.clock.now();
  const { startedAt: _started, finishedAt: _finished, error: _error, resume, ...rest } = wish.run;
  const next: Run = {
    ...rest,
    ...(resume && { resume }),
    sessionKey: keyAfter(wish.run, newSessionKey(id)),
    id,
    prompt: wish.prompt,
    sender: wish.sender,
    state: "queued",
    createdAt,
    notBefore: wish.notBefore ?? createdAt,
  };
  const noted = noteOfRun(next, "resume", { after: wish.run.id });
  // Asked again in a new session, which has nothing of the first attempt.
  const isAgain = resume === undefined && wish.prompt === wish.run.prompt;
  const files = isAgain ? deps.store.filesOf(wish.run.id) : [];
  if (!deps.store.acceptRun(next, wish.updateId, { noted, files })) return undefined;
  enterQueue(deps, next);
  return next;
}

function keyAfter({ resume, state, sessionKey }: Run, fresh: SessionKey): SessionKey {
  if (resume !== undefined) return sessionKeyOf(resume);
  return state === "running" || state === "queued" ? sessionKey : fresh;
}
