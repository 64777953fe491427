import { newSessionKey, type Run, type Sender, sessionKeyOf } from "../domain/run.ts";
import { enterQueue, type PromptDeps } from "./accept-prompt.ts";

/**
 * Goes on after a run that has ended: in its session, or anew where it never had one. Returns the new run, or undefined when the update
 * had its effect before.
 */
export function resumeRun(
  deps: PromptDeps,
  wish: { readonly run: Run; readonly prompt: string; readonly sender: Sender; readonly updateId: number },
): Run | undefined {
  const id = deps.newRunId();
  const createdAt = deps.clock.now();
  const { startedAt: _started, finishedAt: _finished, error: _error, resume, ...rest } = wish.run;
  const next: Run = {
    ...rest,
    ...(resume && { resume }),
    sessionKey: resume === undefined ? newSessionKey(id) : sessionKeyOf(resume),
    id,
    prompt: wish.prompt,
    sender: wish.sender,
    state: "queued",
    createdAt,
    notBefore: createdAt,
  };
  if (!deps.store.acceptRun(next, wish.updateId)) return undefined;
  enterQueue(deps, next);
  return next;
}
