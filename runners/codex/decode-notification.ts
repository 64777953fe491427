import { decodeItem, decodePlan } from "./decode-item.ts";
import { fieldsAt, flagAt, isFields, numberAt, nameAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { CodexMessage, ItemPhase, TokenCounts, TurnError } from "./messages.ts";

type Decoder = (params: Fields) => CodexMessage | undefined;

/** By method. `undefined`: says nothing a chat needs. */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["turn/started", (params) => ({ type: "turn_started", ...where(params) })],
  ["turn/completed", turnEnded],
  ["item/started", (params) => itemEvent("started", params)],
  ["item/completed", (params) => itemEvent("completed", params)],
  ["item/agentMessage/delta", delta],
  ["turn/plan/updated", planUpdated],
  ["thread/tokenUsage/updated", usageUpdated],
  ["account/rateLimits/updated", limitsUpdated],
  ["error", errorReported],
  ["warning", (params) => warning(textAt(params, "message"))],
  ["guardianWarning", (params) => warning(textAt(params, "message"))],
  // About the state of the config, on every start; what matters of it comes as a warning, too.
  ["configWarning", () => undefined],
  ["deprecationNotice", (params) => warning(textAt(params, "summary"))],
  ["model/rerouted", modelRerouted],
  ["mcpServer/startupStatus/updated", serverStatus],
]);

/** Understood, or without a use here; by the beginning of the method. Named by the protocol of 0.169.0. */
const quietMethods =
  /^(?:(?:account|app|command|fs|hook|mcpServer|model|modelProvider|process|project|rawResponse|rawResponseItem|remoteControl|serverRequest|skills|thread|autoApprovalReview)\/|turn\/(?:diff|moderation)|item\/(?:reasoning|plan|commandExecution|fileChange|mcpToolCall|autoApprovalReview)\/)/u;

/** A notification of the app-server. */
export function decodeNotification(method: string, params: unknown): CodexMessage {
  const decoder = decoders.get(method);
  if (decoder !== undefined) return decoder(isFields(params) ? params : {}) ?? { type: "quiet" };
  return quietMethods.test(method) ? { type: "quiet" } : { type: "other", name: method };
}

/** The answer to `thread/start` and `thread/resume`. `undefined`: it names no thread. */
export function decodeThread(result: unknown): Extract<CodexMessage, { type: "thread" }> | undefined {
  const fields = isFields(result) ? result : {};
  const thread = nameAt(fieldsAt(fields, "thread"), "id");
  if (thread === undefined) return undefined;
  const model = textAt(fields, "model");
  const known = {
    cwd: fields["cwd"],
    modelProvider: fields["modelProvider"],
    effort: fields["reasoningEffort"] ?? undefined,
    approvalPolicy: fields["approvalPolicy"],
    version: fieldsAt(fields, "thread")["cliVersion"],
  };
  const meta = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { type: "thread", thread, ...(model === undefined ? {} : { model }), meta };
}

/** The turn's id in the answer to `turn/start`. */
export function decodeTurnId(result: unknown): string | undefined {
  return isFields(result) ? textAt(fieldsAt(result, "turn"), "id") : undefined;
}

function where(params: Fields): { readonly thread?: string; readonly turn?: string } {
  const thread = textAt(params, "threadId");
  const turn = textAt(params, "turnId") ?? textAt(fieldsAt(params, "turn"), "id");
  return { ...(thread === undefined ? {} : { thread }), ...(turn === undefined ? {} : { turn }) };
}

function turnEnded(params: Fields): CodexMessage {
  const turn = fieldsAt(params, "turn");
  const status = turn["status"];
  return {
    type: "turn_ended",
    ...where(params),
    status: status === "completed" || status === "interrupted" ? status : "failed",
    ...(isFields(turn["error"]) ? { error: turnError(turn["error"]) } : {}),
  };
}

function itemEvent(phase: ItemPhase, params: Fields): CodexMessage {
  const fields = fieldsAt(params, "item");
  const item = decodeItem(fields);
  if (item === undefined) return { type: "other", name: `item/${textAt(fields, "type") ?? "?"}` };
  return { type: "item", ...where(params), phase, item };
}

function delta(params: Fields): CodexMessage | undefined {
  const itemId = textAt(params, "itemId");
  const text = textAt(params, "delta");
  return itemId === undefined || text === undefined ? undefined : { type: "delta", ...where(params), itemId, text };
}

function planUpdated(params: Fields): CodexMessage {
  const item = decodePlan(params, `plan.${textAt(params, "turnId") ?? ""}`);
  return { type: "item", ...where(params), phase: "updated", item };
}

function usageUpdated(params: Fields): CodexMessage {
  const usage = fieldsAt(params, "tokenUsage");
  const { thread, turn = "" } = where(params);
  const numbers = { total: tokenCounts(fieldsAt(usage, "total")), last: tokenCounts(fieldsAt(usage, "last")) };
  return { type: "usage", ...(thread === undefined ? {} : { thread }), turn, ...numbers };
}

/** Under the names of `exec --json`. */
function tokenCounts(counts: Fields): TokenCounts {
  const named = Object.entries(counts).map(([key, value]) => [
    key.replace(/[A-Z]/gu, (c) => `_${c.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(named.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}

/** Each window has its own reset, in seconds since 1970; the last of those that are used up counts. */
function limitsUpdated(params: Fields): CodexMessage {
  const limits = fieldsAt(params, "rateLimits");
  const resets = ["primary", "secondary"]
    .map((name) => fieldsAt(limits, name))
    .filter((window) => (numberAt(window, "usedPercent") ?? 0) >= 100)
    .flatMap((window) => numberAt(window, "resetsAt") ?? []);
  return { type: "limits", ...(resets.length > 0 && { resetsAt: Math.max(...resets) * 1000 }) };
}

function errorReported(params: Fields): CodexMessage {
  const error = turnError(fieldsAt(params, "error"));
  return { type: "error", ...where(params), error, willRetry: flagAt(params, "willRetry") };
}

/** The cause is a name, or an object with the name as its only key. */
function turnError(error: Fields): TurnError {
  const detail = textAt(error, "additionalDetails");
  const cause = textAt(error, "codexErrorInfo") ?? Object.keys(fieldsAt(error, "codexErrorInfo"))[0];
  return {
    message: textAt(error, "message") ?? "",
    ...(detail === undefined ? {} : { detail }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function warning(text: string | undefined): CodexMessage | undefined {
  return text === undefined ? undefined : { type: "warning", text };
}

function modelRerouted(params: Fields): CodexMessage | undefined {
  return warning(`the model was changed from ${textAt(params, "fromModel")} to ${textAt(params, "toModel")}`);
}

function serverStatus(params: Fields): CodexMessage | undefined {
  if (params["status"] !== "failed") return undefined;
  const reason = textAt(params, "error");
  const name = textAt(params, "name") ?? "";
  return warning(`the MCP server ${name} did not start${reason === undefined ? "" : `: ${reason}`}`);
}
