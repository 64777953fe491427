import type { ButtonPress } from "../domain/incoming.ts";
import { parseCallbackData, type PressTarget } from "../routing/callback-data.ts";
import type { Chat } from "./chat-port.ts";
import type { ContinueDeps } from "./choices/continue-session.ts";
import { pressOffer } from "./choices/press-offer.ts";
import { type AnswerDeps, pressDecision } from "./decisions/answer-decision.ts";
import { pressRun, type PressRunDeps } from "./press-run.ts";

export type PressDeps = PressRunDeps & AnswerDeps & ContinueDeps & { readonly chat: Chat };

/** Does what a button says, once, and tells the presser what came of it. A button that no longer means anything says so. */
export function pressButton(deps: PressDeps, press: ButtonPress): void {
  const target = parseCallbackData(press.data);
  const toast = target === undefined ? "This button no longer works." : act(deps, press, target);
  // Not waited for: an answer that hangs must not hold up the updates behind it.
  void deps.chat.answerPress(press.pressId, toast);
}

function act(deps: PressDeps, press: ButtonPress, target: PressTarget): string {
  switch (target.kind) {
    case "run":
      return pressRun(deps, press, target);
    case "decision":
      return pressDecision(deps, press, target);
    case "offer":
      return pressOffer(deps, press, target.id);
  }
}
