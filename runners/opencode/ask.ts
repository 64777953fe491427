import type { Decision, DecisionRequest } from "../../src/domain/decision.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { PermissionEvent, QuestionEvent } from "./events.ts";
import { approvalInput, pathsOf } from "./approval-input.ts";
import { textAt, type Fields } from "../../src/runner/fields.ts";

/** What to send to the server. */
export interface Reply {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AskingCall {
  readonly cwd: string;
  /** The input of the tool that asks; empty when it is not known. */
  readonly call: Fields;
}

/** The question to the user. */
export function decisionRequest(asked: PermissionEvent | QuestionEvent, { cwd, call }: AskingCall): DecisionRequest {
  if (asked.type === "question") {
    return {
      kind: "question",
      id: asked.id,
      questions: asked.questions.map((each, index) => ({ id: `${index}`, ...each })),
    };
  }
  const { id, permission, always } = asked;
  const input = approvalInput(asked, call, cwd);
  const scopes = always.length === 0 ? (["once"] as const) : (["once", "session"] as const);
  return { kind: "approval", id, tool: permission, title: titleOf(asked, cwd), input, scopes };
}

function titleOf(asked: PermissionEvent, cwd: string): string {
  const { permission, patterns, metadata } = asked;
  const subject = patterns.join(", ");
  switch (permission) {
    case "bash":
      return toolAction({ name: "bash", input: { command: textAt(metadata, "command") ?? subject }, cwd }).title;
    case "edit":
      return editTitle(pathsOf(asked, {}), subject, cwd);
    case "external_directory":
      return `outside the project: ${subject}`;
    case "doom_loop":
      return `go on, although ${subject === "" ? "a tool" : subject} was called three times with the same input`;
    default:
      return subject === "" ? permission : `${permission}: ${subject}`;
  }
}

/** The engine's own words are relative to the root of the project. */
function editTitle(paths: readonly string[], subject: string, cwd: string): string {
  if (paths.length > 1) return `${paths.length} files`;
  const path = paths[0] ?? subject;
  return path === "" ? "edit" : toolAction({ name: "edit", input: { filePath: path }, cwd }).title;
}

/** The answer for the server. A decision that does not fit the question is a refusal: nothing runs by mistake. */
export function replyTo(asked: PermissionEvent | QuestionEvent, decision: Decision): Reply {
  return asked.type === "permission" ? permissionReply(asked, decision) : questionReply(asked, decision);
}

function permissionReply({ id }: PermissionEvent, decision: Decision): Reply {
  const path = `/permission/${id}/reply`;
  switch (decision.kind) {
    case "approve":
      return { path, body: { reply: decision.scope === "once" ? "once" : "always" } };
    case "deny":
      // Without a message the run ends there.
      return { path, body: decision.interrupt === true ? { reply: "reject" } : refusal(decision.reason) };
    case "revise":
      return { path, body: refusal(decision.feedback) };
    case "dismiss":
      return { path, body: refusal(decision.reason) };
    case "answers":
      return { path, body: refusal("The user did not approve.") };
  }
}

/** With a message the model reads it and goes on. */
function refusal(reason: string): Reply["body"] {
  return { reply: "reject", message: reason.trim() === "" ? "The user refused this." : reason };
}

function questionReply({ id, questions }: QuestionEvent, decision: Decision): Reply {
  const path = `/question/${id}/reply`;
  switch (decision.kind) {
    case "answers":
      return { path, body: { answers: questions.map((_, index) => decision.answers[`${index}`] ?? []) } };
    case "deny":
      // A rejected question ends the run there.
      return decision.interrupt === true
        ? { path: `/question/${id}/reject`, body: {} }
        : { path, body: sameAnswer(questions.length, decision.reason) };
    case "revise":
      return { path, body: sameAnswer(questions.length, decision.feedback) };
    case "dismiss":
      return { path, body: sameAnswer(questions.length, decision.reason) };
    case "approve":
      return { path, body: sameAnswer(questions.length, "") };
  }
}

function sameAnswer(count: number, reason: string): Reply["body"] {
  const answer = reason.trim() === "" ? "The user did not answer." : reason;
  return { answers: Array.from({ length: count }, () => [answer]) };
}

/** The rules that make an approval last beyond this server: it remembers `always` only while it lives (1.18.33). */
export function lastingRules({ permission, always }: PermissionEvent): Reply["body"] {
  return { permission: always.map((pattern) => ({ permission, pattern, action: "allow" })) };
}
