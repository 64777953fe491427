import { type RunId, toRunId } from "../domain/run.ts";
import { type DecisionChoice, formatChoice, parseChoice } from "./decision-choice.ts";

const RUN_VERBS = ["cancel", "resume", "run", "discard", "steer", "interrupt", "wait"] as const;

/** What a button of ours does to a run. */
export type RunVerb = (typeof RUN_VERBS)[number];

/** What a button stands for. Ids are 12 random characters, so that no button can be made up. */
export type PressTarget =
  | { readonly kind: "run"; readonly verb: RunVerb; readonly runId: RunId }
  | { readonly kind: "decision"; readonly key: string; readonly choice: DecisionChoice }
  | { readonly kind: "offer"; readonly id: string };

const ID = "(?<id>[0-9a-z]{12})";
const RUN_DATA = new RegExp(`^v1:(?<verb>[a-z]+):${ID}$`);
const DECISION_DATA = new RegExp(`^v1:d:${ID}:(?<choice>[a-z0-9.]{1,16})$`);
const OFFER_DATA = new RegExp(`^v1:o:${ID}$`);

/** At most 34 bytes of Telegram's 64; the state itself lives in the journal. */
export function formatCallbackData(target: PressTarget): string {
  switch (target.kind) {
    case "run":
      return `v1:${target.verb}:${target.runId}`;
    case "decision":
      return `v1:d:${target.key}:${formatChoice(target.choice)}`;
    case "offer":
      return `v1:o:${target.id}`;
  }
}

/** Undefined for data this version did not write: forged, or from an older or newer one. */
export function parseCallbackData(data: string): PressTarget | undefined {
  return parseDecisionData(data) ?? parseOfferData(data) ?? parseRunData(data);
}

function parseRunData(data: string): PressTarget | undefined {
  const { verb, id } = RUN_DATA.exec(data)?.groups ?? {};
  const known = RUN_VERBS.find((candidate) => candidate === verb);
  return known === undefined || id === undefined ? undefined : { kind: "run", verb: known, runId: toRunId(id) };
}

function parseDecisionData(data: string): PressTarget | undefined {
  const { id: key, choice: code } = DECISION_DATA.exec(data)?.groups ?? {};
  const choice = parseChoice(code ?? "");
  return key === undefined || choice === undefined ? undefined : { kind: "decision", key, choice };
}

function parseOfferData(data: string): PressTarget | undefined {
  const id = OFFER_DATA.exec(data)?.groups?.["id"];
  return id === undefined ? undefined : { kind: "offer", id };
}
