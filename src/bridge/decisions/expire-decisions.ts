import type { DecisionRequest, QuestionOption } from "../../domain/decision.ts";
import type { RunId } from "../../domain/run.ts";
import type { Keyboard } from "../chat-port.ts";
import type { Clock } from "../ports.ts";
import type { Offer } from "../choices/choice-store.ts";
import { offerButtons } from "../choices/offer-buttons.ts";
import { withCoveredRequest } from "../secret-cover.ts";
import type { BridgeSettings } from "../settings.ts";
import type { Store } from "../store-port.ts";
import { maxOptionButtons } from "./decision-keyboard.ts";
import type { DecisionRow } from "./decision-store.ts";
import { settledFace } from "./settled-face.ts";
import { buttonLabel } from "./shorten.ts";

export interface ExpiryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: Pick<BridgeSettings, "secrets">;
  /** A new name for an offer: 12 random characters of `[0-9a-z]`. */
  readonly newKey: () => string;
}

/** Expires what an earlier start left open: but for runs that go on, the engines that waited for these answers are gone with it. */
export function expireDecisions(deps: ExpiryDeps, isTakenUp: (runId: RunId) => boolean = () => false): number {
  const rows = deps.store.openDecisions().filter(({ runId }) => !isTakenUp(runId));
  for (const row of rows) expireDecision(deps, row);
  return rows.length;
}

/** The message says that the answer comes too late, and offers to resume the session with an answer as its next prompt. */
export function expireDecision(deps: ExpiryDeps, row: DecisionRow): void {
  const headline =
    row.state === "answered"
      ? "– Takopi ended before the engine took this answer"
      : "– Takopi ended before this was answered";
  const shown = withCoveredRequest(deps.settings.secrets, row);
  deps.store.settleDecision(row.key, "expired", settledFace(shown, headline, offerAnswers(deps, row)));
}

function offerAnswers(deps: ExpiryDeps, { request, runId }: DecisionRow): Keyboard {
  const run = deps.store.findRun(runId);
  if (run?.resume === undefined) return [];
  const offers = answersTo(request).map(({ label, ...prompt }) => ({
    label,
    offer: { kind: "prompt", runId, ...prompt } as const,
  }));
  return offerButtons(deps, { thread: run.thread }, offers).map((button) => [button]);
}

type AnswerPrompt = Pick<Extract<Offer, { kind: "prompt" }>, "prompt" | "endsPlan"> & { readonly label: string };

/** What a button can say in words. Several questions at once can't be answered by one button. */
function answersTo(request: DecisionRequest): readonly AnswerPrompt[] {
  switch (request.kind) {
    case "approval":
      return [
        {
          label: "Resume: approve it",
          prompt: `You asked to use ${request.tool} (${request.title}). I approve: go on.`,
        },
        {
          label: "Resume: deny it",
          prompt: `You asked to use ${request.tool} (${request.title}). I deny that: go on without it.`,
        },
      ];
    case "plan":
      return [{ label: "Resume: approve the plan", prompt: "I approve your plan: go on with it.", endsPlan: true }];
    case "question": {
      const [only, ...others] = request.questions;
      if (only === undefined || others.length > 0) return [];
      return only.options.slice(0, maxOptionButtons).map((option) => answerWith(only.text, option));
    }
  }
}

function answerWith(question: string, { label }: QuestionOption): AnswerPrompt {
  return { label: `Resume: ${buttonLabel(label)}`, prompt: `You asked: ${question}\nMy answer: ${label}` };
}
