/** How long an approval holds: this call, the rest of the session, or the project's own rules. */
export type ApprovalScope = "once" | "session" | "project";

/** The engine wants to do something and asks first. */
export interface ApprovalRequest {
  readonly kind: "approval";
  /** Unique within the run; chosen by the runner. */
  readonly id: string;
  /** The engine's name of the tool, such as `Bash`. */
  readonly tool: string;
  /** One line for people, such as the command. */
  readonly title: string;
  readonly input: unknown;
  /** The scopes the engine can honour; always contains `once`. */
  readonly scopes: readonly ApprovalScope[];
}

export interface QuestionOption {
  readonly label: string;
  readonly description?: string;
}

export interface Question {
  readonly id: string;
  readonly text: string;
  readonly options: readonly QuestionOption[];
  readonly multiSelect: boolean;
  readonly allowFreeText: boolean;
}

/** The engine asks the user one or more questions. */
export interface QuestionRequest {
  readonly kind: "question";
  readonly id: string;
  readonly questions: readonly Question[];
}

/** The engine shows a plan and waits before it acts on it. */
export interface PlanRequest {
  readonly kind: "plan";
  readonly id: string;
  readonly markdown: string;
}

/** Something the agent asks during a run. */
export type DecisionRequest = ApprovalRequest | QuestionRequest | PlanRequest;

/**
 * The answer to a `DecisionRequest`. `approve`, `deny` fit approvals and plans; `answers` fits questions (question id to the
 * chosen labels or free text); `revise` sends a plan back; `dismiss` fits everything: nobody will answer, the run goes on.
 */
export type Decision =
  | { readonly kind: "approve"; readonly scope: ApprovalScope; readonly acceptEdits?: boolean }
  | { readonly kind: "deny"; readonly reason: string; readonly interrupt?: boolean }
  | { readonly kind: "answers"; readonly answers: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: "revise"; readonly feedback: string }
  | { readonly kind: "dismiss"; readonly reason: string };
