import type { DecisionRequest, QuestionOption } from "../../domain/decision.ts";
import { formatCallbackData } from "../../routing/callback-data.ts";
import type { Keyboard } from "../chat-port.ts";
import type { Clock } from "../ports.ts";
import type { Offer } from "../choices/choice-store.ts";
import type { Store } from "../store-port.ts";
import { maxOptionButtons } from "./decision-keyboard.ts";
import type { DecisionRow } from "./decision-store.ts";
import { settledFace } from "./settled-face.ts";
import { buttonLabel } from "./shorten.ts";

export interface ExpiryDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** A new name for an offer: 12 random characters of `[0-9a-z]`. */
  readonly newKey: () => string;
}

/** Expires what an earlier start left open: the engines that waited for these answers are gone with the program that ran them. */
export function expireDecisions(deps: ExpiryDeps): number {
  const rows = deps.store.openDecisions();
  for (const row of rows) expireDecision(deps, row);
  return rows.length;
}

/** The message says that the answer comes too late, and offers to resume the session with an answer as its next prompt. */
export function expireDecision(deps: ExpiryDeps, row: DecisionRow): void {
  const headline =
    row.state === "answered"
      ? "– Takopi ended before the engine took this answer"
      : "– Takopi ended before this was answered";
  deps.store.settleDecision(row.key, "expired", settledFace(row, headline, offerAnswers(deps, row)));
}

function offerAnswers({ store, clock, newKey }: ExpiryDeps, { request, runId, thread }: DecisionRow): Keyboard {
  if (store.findRun(runId)?.resume === undefined) return [];
  const offers = answersTo(request).map(({ label, ...prompt }) => ({ id: newKey(), label, prompt }));
  store.makeOffers(
    offers.map(({ id, prompt }) => ({ id, thread, madeAt: clock.now(), offer: { kind: "prompt", runId, ...prompt } })),
  );
  return offers.map(({ id, label }) => [{ label, data: formatCallbackData({ kind: "offer", id }) }]);
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
