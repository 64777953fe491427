import type { Decision, DecisionRequest } from "../../src/domain/decision.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import { approvalInput } from "./approval-input.ts";
import { fieldsAt, parseFields, textAt, type Fields } from "../../src/runner/fields.ts";
import { gateTitle } from "./gate.ts";
import type { DialogLine } from "./lines.ts";

/** The answer to a dialog, as pi reads it. */
export type DialogAnswer = { readonly value: string } | { readonly confirmed: boolean } | { readonly cancelled: true };

const yes = "Yes";
const no = "No";

/** The question to the user: our own gate asks for approvals, extensions of the user ask whatever they like. */
export async function decisionRequest(dialog: DialogLine, cwd: string): Promise<DecisionRequest> {
  return isGate(dialog) ? await approvalRequest(dialog, cwd) : questionRequest(dialog);
}

/** The answer for pi. A decision that does not fit the question is a refusal: nothing runs by mistake. */
export function dialogAnswer(dialog: DialogLine, decision: Decision): DialogAnswer {
  if (isGate(dialog)) return { value: gateAnswer(decision) };
  const chosen = decision.kind === "answers" ? decision.answers[dialog.id]?.[0] : undefined;
  if (chosen === undefined) return { cancelled: true };
  return dialog.method === "confirm" ? { confirmed: chosen === yes } : { value: chosen };
}

function isGate({ method, title }: DialogLine): boolean {
  return method === "input" && title === gateTitle;
}

async function approvalRequest({ id, text }: DialogLine, cwd: string): Promise<DecisionRequest> {
  const asked: Fields = parseFields(text) ?? {};
  const tool = textAt(asked, "tool") ?? "tool";
  const args = fieldsAt(asked, "input");
  const { title } = toolAction({ name: tool, input: args, cwd });
  const input = await approvalInput(tool, args, cwd);
  return { kind: "approval", id, tool, title, input, scopes: ["once"] };
}

function gateAnswer(decision: Decision): string {
  switch (decision.kind) {
    case "approve":
      return "allow";
    case "deny":
    case "dismiss":
      return refusal(decision.reason);
    case "revise":
      return refusal(decision.feedback);
    case "answers":
      return refusal("");
  }
}

/** The gate takes one word for a yes. */
function refusal(reason: string): string {
  const words = reason.trim();
  return words === "" || words === "allow" ? "The user refused this." : words;
}

function questionRequest({ id, method, title, text, options }: DialogLine): DecisionRequest {
  const labels = method === "confirm" ? [yes, no] : options;
  const question = {
    id,
    text: [title, text].filter((part) => part !== "").join("\n\n"),
    options: labels.map((label) => ({ label })),
    multiSelect: false,
    allowFreeText: method === "input" || method === "editor",
  };
  return { kind: "question", id, questions: [question] };
}
