import type { DecisionRequest, QuestionOption } from "../../domain/decision.ts";
import { formatCallbackData } from "../../routing/callback-data.ts";
import type { Keyboard } from "../chat-port.ts";
import type { Clock } from "../ports.ts";
import type { Store } from "../store-port.ts";
import type { DecisionRow } from "./decision-store.ts";
import { settledFace } from "./settled-face.ts";

export interface ExpiryDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** A new name for an offer: 12 random characters of `[0-9a-z]`. */
  readonly newKey: () => string;
}

const MAX_LABEL_CHARS = 40;

/**
 * The engines that waited for these answers are gone with the program that ran them. Their messages say so and offer to resume the
 * session with an answer, as its next prompt.
 */
export function expireDecisions(deps: ExpiryDeps): number {
  const rows = deps.store.openDecisions();
  for (const row of rows) {
    const headline = "– Takopi was restarted before this was answered";
    deps.store.settleDecision(row.key, "expired", settledFace(row, headline, offerAnswers(deps, row)));
  }
  return rows.length;
}

function offerAnswers({ store, clock, newKey }: ExpiryDeps, { request, runId, thread }: DecisionRow): Keyboard {
  if (store.findRun(runId)?.resume === undefined) return [];
  const offers = answersTo(request).map(({ label, prompt }) => ({ id: newKey(), label, prompt }));
  store.makeOffers(
    offers.map(({ id, prompt }) => ({ id, thread, madeAt: clock.now(), offer: { kind: "prompt", runId, prompt } })),
  );
  return offers.map(({ id, label }) => [{ label, data: formatCallbackData({ kind: "offer", id }) }]);
}

interface AnswerPrompt {
  readonly label: string;
  readonly prompt: string;
}

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
      return [{ label: "Resume: approve the plan", prompt: "I approve your plan: go on with it." }];
    case "question": {
      const [only, ...others] = request.questions;
      return only === undefined || others.length > 0 ? [] : only.options.map((option) => answerWith(only.text, option));
    }
  }
}

function answerWith(question: string, { label }: QuestionOption): AnswerPrompt {
  const short = label.length <= MAX_LABEL_CHARS ? label : `${label.slice(0, MAX_LABEL_CHARS - 1)}…`;
  return { label: `Resume: ${short}`, prompt: `You asked: ${question}\nMy answer: ${label}` };
}
