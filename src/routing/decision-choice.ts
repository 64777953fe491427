import type { ApprovalScope } from "../domain/decision.ts";

/**
 * What one press under a decision says. `ask_text`: the next reply to the message is the reason, the revision or the answer. `option`
 * and `next` name the question they were shown for, so that a press that comes late is not taken for the next one.
 */
export type DecisionChoice =
  | { readonly kind: "approve"; readonly scope: ApprovalScope }
  | { readonly kind: "approve_edits" }
  | { readonly kind: "deny" }
  | { readonly kind: "ask_text" }
  | { readonly kind: "option"; readonly position: number; readonly option: number }
  | { readonly kind: "next"; readonly position: number }
  | { readonly kind: "dismiss" };

const SIMPLE: Readonly<Record<string, DecisionChoice>> = {
  once: { kind: "approve", scope: "once" },
  session: { kind: "approve", scope: "session" },
  project: { kind: "approve", scope: "project" },
  edits: { kind: "approve_edits" },
  deny: { kind: "deny" },
  text: { kind: "ask_text" },
  dismiss: { kind: "dismiss" },
};

/** At most 16 characters of `[a-z0-9.]`. */
export function formatChoice(choice: DecisionChoice): string {
  switch (choice.kind) {
    case "approve":
      return choice.scope;
    case "approve_edits":
      return "edits";
    case "ask_text":
      return "text";
    case "deny":
    case "dismiss":
      return choice.kind;
    case "option":
      return `o${choice.position}.${choice.option}`;
    case "next":
      return `n${choice.position}`;
  }
}

export function parseChoice(code: string): DecisionChoice | undefined {
  const [, kind, position, option] = /^(?<kind>[on])(?<position>\d{1,4})(?:\.(?<option>\d{1,4}))?$/.exec(code) ?? [];
  if (kind === "o" && option !== undefined)
    return { kind: "option", position: Number(position), option: Number(option) };
  if (kind === "n" && option === undefined) return { kind: "next", position: Number(position) };
  return Object.hasOwn(SIMPLE, code) ? SIMPLE[code] : undefined;
}
