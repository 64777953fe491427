import type { ButtonPress } from "../../domain/incoming.ts";
import { parseCallbackData, type PressTarget } from "../../routing/callback-data.ts";
import type { Chat } from "../chat-port.ts";
import type { ContinueDeps } from "../choices/continue-session.ts";
import { pressOffer } from "../choices/press-offer.ts";
import { type AnswerDeps, pressDecision } from "../decisions/answer-decision.ts";
import { removeLostCopy } from "./lost-copy.ts";
import { DEAD_BUTTON, refusePress } from "./press-guard.ts";
import { pressRun, type PressRunDeps } from "./press-run.ts";
import type { SeenPresses } from "./seen-presses.ts";

export type PressDeps = PressRunDeps &
  AnswerDeps &
  ContinueDeps & { readonly chat: Chat; readonly presses: SeenPresses };

/** Does what a button says, once, and tells the presser what came of it. A button that no longer means anything says so. */
export function pressButton(deps: PressDeps, press: ButtonPress): void {
  const toast = deps.presses.isRepeated(press) ? refusePress(deps, press, REPEATED) : act(deps, press);
  deps.presses.remember(press);
  // Not waited for: an answer that hangs must not hold up the updates behind it.
  void deps.chat.answerPress(press.pressId, toast);
}

const REPEATED = { why: "a press that was handled before", toast: "This was already pressed." };
const UNKNOWN = { why: "a button that is not ours", toast: DEAD_BUTTON };

function act(deps: PressDeps, press: ButtonPress): string {
  const target = parseCallbackData(press.data);
  if (target === undefined) return refusePress(deps, press, UNKNOWN);
  const toast = pressTarget(deps, press, target);
  removeLostCopy(deps, press, { target, toast });
  return toast;
}

function pressTarget(deps: PressDeps, press: ButtonPress, target: PressTarget): string {
  switch (target.kind) {
    case "run":
      return pressRun(deps, press, target);
    case "decision":
      return pressDecision(deps, press, target);
    case "offer":
      return pressOffer(deps, press, target.id);
  }
}
