import type { ApprovalRequest, DecisionRequest, QuestionRequest } from "../../domain/decision.ts";
import { formatCallbackData } from "../../routing/callback-data.ts";
import type { DecisionChoice } from "../../routing/decision-choice.ts";
import type { Button, Keyboard } from "../chat-port.ts";
import type { DecisionKey } from "./decision-store.ts";
import { chosenFor, type Draft } from "./draft.ts";
import { buttonLabel } from "./shorten.ts";

/** A request and the name its buttons carry. */
export interface DecisionKeys {
  readonly key: DecisionKey;
  readonly request: DecisionRequest;
}

/** Telegram takes 100 buttons; more options are answered with a number. */
export const maxOptionButtons = 40;

/** The buttons of a pending decision: only what the engine can honour. */
export function keyboardOf({ key, request }: DecisionKeys, draft: Draft): Keyboard {
  const button: MakeButton = (label, choice, style) => ({
    label,
    data: formatCallbackData({ kind: "decision", key, choice }),
    ...(style && { style }),
  });
  switch (request.kind) {
    case "approval":
      return approvalKeyboard(request, button);
    case "plan":
      return planKeyboard(button);
    case "question":
      return questionKeyboard(request, draft, button);
  }
}

type MakeButton = (label: string, choice: DecisionChoice, style?: Button["style"]) => Button;

function approvalKeyboard({ scopes }: ApprovalRequest, button: MakeButton): Keyboard {
  const always = [
    ...(scopes.includes("session") ? [button("Always, this session", { kind: "approve", scope: "session" })] : []),
    ...(scopes.includes("project") ? [button("Always, this project", { kind: "approve", scope: "project" })] : []),
  ];
  return [
    [button("Approve", { kind: "approve", scope: "once" }, "success"), button("Deny", { kind: "deny" }, "danger")],
    ...(always.length === 0 ? [] : [always]),
    [button("Deny with a reason", { kind: "ask_text" })],
  ];
}

function planKeyboard(button: MakeButton): Keyboard {
  return [
    [button("Approve", { kind: "approve", scope: "once" }, "success")],
    [button("Approve and accept edits", { kind: "approve_edits" }, "success")],
    [button("Revise", { kind: "ask_text" }), button("Cancel", { kind: "deny" }, "danger")],
  ];
}

function questionKeyboard(request: QuestionRequest, draft: Draft, button: MakeButton): Keyboard {
  const { position } = draft;
  const question = request.questions[position];
  const dismiss = button("Dismiss", { kind: "dismiss" });
  if (question === undefined) return [[dismiss]];
  const chosen = chosenFor(draft.answers, question.id);
  const mark = (label: string): string => (question.multiSelect ? (chosen.includes(label) ? "☑ " : "☐ ") : "");
  const options = question.options
    .slice(0, maxOptionButtons)
    .map(({ label }, option) => [button(`${mark(label)}${buttonLabel(label)}`, { kind: "option", position, option })]);
  const done = question.multiSelect ? [[button("Done", { kind: "next", position }, "success")]] : [];
  // Without options the reply is the only answer there is, and nothing to choose.
  const own = question.allowFreeText && options.length > 0 ? [button("Other…", { kind: "ask_text" })] : [];
  return [...options, ...done, [...own, dismiss]];
}
