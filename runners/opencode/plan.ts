import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { Decision } from "../../src/domain/decision.ts";
import { isFields, textAt } from "../../src/runner/fields.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { Api } from "./api.ts";
import type { Reply } from "./ask.ts";
import type { OpencodeConfig } from "./config.ts";
import type { QuestionEvent } from "./events.ts";

/** The agent that plans, and the one that takes over when its plan is approved. */
const planAgent = "plan";
export const buildAgent = "build";

/** The agent of a run, as far as it is chosen. */
export function agentOf({ options }: RunRequest, { agent }: OpencodeConfig): string | undefined {
  return options.plan === true ? planAgent : agent;
}

/** More of a plan nobody reads in a chat. */
const maxPlanBytes = 256 * 1024;

/**
 * The file of the plan, relative to the root of the project, when this is the question of the tool `plan_exit`, by which the plan is to be
 * approved. It can be told only by its words (1.18.33).
 */
export function planFileOf({ questions }: QuestionEvent): string | undefined {
  const [question, ...others] = questions;
  if (question === undefined || others.length > 0 || !question.options.some(({ label }) => label === yes))
    return undefined;
  return /^Plan at (?<file>.+\.md) is complete\./u.exec(question.text)?.groups?.["file"];
}

/** What is in the file of a plan. `undefined`: it can't be found, or is empty. */
export async function readPlan(file: string, api: Api, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { body } = await api.call({ method: "GET", path: "/path", signal });
    const root = isFields(body) ? textAt(body, "worktree") : undefined;
    const plan = (await readStart(resolve(root ?? "/", file))).trim();
    return plan === "" ? undefined : plan;
  } catch {
    return undefined;
  }
}

async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxPlanBytes), 0, maxPlanBytes, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

const yes = "Yes";
const no = "No";

/** Whatever is no approval is a refusal: the engine takes every other word than `No` for a yes. */
export function planReply(id: string, decision: Decision): Reply {
  return { path: `/question/${id}/reply`, body: { answers: [[decision.kind === "approve" ? yes : no]] } };
}

/** What the model is to hear of a refused plan. `undefined`: nothing, so that the run ends there. */
export function feedbackOn(decision: Decision): string | undefined {
  switch (decision.kind) {
    case "approve":
      return undefined;
    case "revise":
      return decision.feedback.trim() === "" ? "Please revise the plan." : decision.feedback;
    case "deny":
      return decision.interrupt === true ? undefined : refusal(decision.reason);
    case "dismiss":
      return refusal(decision.reason);
    case "answers":
      return refusal("");
  }
}

/** The agent would ask again with the same plan. */
function refusal(reason: string): string {
  const said = reason.trim() === "" ? "" : ` ${reason.trim()}`;
  return `The plan was not approved.${said} Do not ask for its approval again: end your turn with a short summary of it.`;
}
