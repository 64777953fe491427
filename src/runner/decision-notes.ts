import type { ApprovalScope, Decision } from "../domain/decision.ts";
import type { ProgramNotes } from "../wire/recorded-subprocess.ts";
import { type Fields, fieldsAt, flagAt, isFields, textAt, textsAt } from "./fields.ts";

/**
 * What was decided in a run, kept beside its program: the engine may have been told the answer, which says less than the decision. Kept
 * before the engine is told, so that what it was told is always known.
 */
export class DecisionNotes {
  readonly #notes: ProgramNotes;

  constructor(notes: ProgramNotes) {
    this.#notes = notes;
  }

  /** `requestId` is of letters, digits, `-`, `_` and `.`. */
  keep(requestId: string, decision: Decision): void {
    this.#notes.write(requestId, JSON.stringify(decision));
  }

  /** What was decided by this run, also under an earlier program. Undefined where nobody did: it is open, or was taken back. */
  find(requestId: string): Decision | undefined {
    const text = this.#notes.read(requestId);
    return text === undefined ? undefined : decodeDecision(parse(text));
  }
}

function decodeDecision(fields: Fields): Decision | undefined {
  const scope = scopeOf(fields);
  const kind = textAt(fields, "kind");
  if (kind === "approve" && scope !== undefined)
    return { kind, scope, ...(flagAt(fields, "acceptEdits") && { acceptEdits: true }) };
  if (kind === "deny")
    return { kind, reason: textAt(fields, "reason") ?? "", ...(flagAt(fields, "interrupt") && { interrupt: true }) };
  if (kind === "answers") return { kind, answers: answersOf(fieldsAt(fields, "answers")) };
  if (kind === "revise") return { kind, feedback: textAt(fields, "feedback") ?? "" };
  return kind === "dismiss" ? { kind, reason: textAt(fields, "reason") ?? "" } : undefined;
}

function scopeOf(fields: Fields): ApprovalScope | undefined {
  return (["once", "session", "project"] as const).find((scope) => scope === textAt(fields, "scope"));
}

function answersOf(fields: Fields): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.keys(fields).map((question) => [question, textsAt(fields, question)]));
}

function parse(text: string): Fields {
  const value: unknown = JSON.parse(text);
  return isFields(value) ? value : {};
}
