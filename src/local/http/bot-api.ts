import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { BotApiFailure, tooManyRequests } from "../bot-api-failure.ts";
import { LocalTelegramError } from "../local-telegram-error.ts";
import { countsAgainstLimits, findMethod } from "../methods/find-method.ts";
import { Params } from "../methods/params.ts";
import type { PlannedFault } from "../world/fault-plan.ts";
import type { LocalState } from "../world/local-state.ts";
import { BodyTooLargeError, readForm } from "./read-body.ts";
import { sendJson } from "./send.ts";

/** One HTTP exchange with what the handlers need around it. */
export interface Exchange {
  readonly state: LocalState;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** What becomes of a call: an answer, or a connection that ends without one. */
type Outcome =
  | { readonly type: "answer"; readonly status: number; readonly body: object }
  | { readonly type: "html" }
  | { readonly type: "cut" }
  | { readonly type: "silence" };

/** Answers `/bot<token>/<method>`. `onDone` is called when the call is in the request log with its outcome. */
export async function handleBotApi(exchange: Exchange, methodName: string, onDone: () => void): Promise<void> {
  const { state } = exchange;
  const method = findMethod(methodName);
  const params = await readParams(exchange);
  const read = params instanceof Params ? params : new Params(new Map());
  const id = state.requests.open(method?.name ?? methodName, read.toLog());
  const fault = state.faults.take(methodName.toLowerCase(), read.integer("chat_id"));
  const hungUp = hangUpSignal(exchange);
  const outcome =
    params instanceof BotApiFailure ? refusal(params) : await answer({ exchange, methodName, params, fault, hungUp });
  state.requests.close(id, {
    status: statusOf(outcome),
    ...(fault === undefined ? {} : { fault: fault.kind }),
    ...descriptionOf(outcome),
  });
  deliver(exchange, outcome);
  onDone();
}

async function readParams({ request, url }: Exchange): Promise<Params | BotApiFailure> {
  try {
    const { values, files } = await readForm(request);
    return new Params(new Map([...url.searchParams, ...values]), files);
  } catch (error) {
    if (error instanceof BodyTooLargeError) return new BotApiFailure(413, "Request Entity Too Large");
    if (error instanceof LocalTelegramError) return new BotApiFailure(400, "can't parse request: wrong body");
    throw error;
  }
}

interface Call {
  readonly exchange: Exchange;
  readonly methodName: string;
  readonly params: Params;
  readonly fault: PlannedFault | undefined;
  readonly hungUp: AbortSignal;
}

async function answer(call: Call): Promise<Outcome> {
  const { fault } = call;
  if (fault === undefined) return perform(call);
  switch (fault.kind) {
    case "429":
    case "400":
    case "500":
      return refusal(refusalOf(fault));
    case "502-html":
      return { type: "html" };
    case "cut-before":
      return { type: "cut" };
    case "hang":
      return { type: "silence" };
    case "cut-after":
      await perform(call);
      return { type: "cut" };
    case "delay":
      // A client that hung up meanwhile still gets its effect: the request was received.
      await sleep(fault.delay_ms ?? 1000, undefined, { ref: false });
      return perform(call);
  }
}

function refusalOf({ kind, description, retry_after = 1 }: PlannedFault): BotApiFailure {
  if (kind === "429") return tooManyRequests(retry_after);
  if (kind === "500") return new BotApiFailure(500, description ?? "Internal Server Error");
  return new BotApiFailure(400, description ?? "injected fault");
}

async function perform({ exchange, methodName, params, hungUp }: Call): Promise<Outcome> {
  try {
    const method = findMethod(methodName);
    if (method === undefined) throw new BotApiFailure(404, "method not found");
    checkLimits(exchange.state, methodName, params);
    const result = await method.run({ state: exchange.state, params, signal: hungUp });
    return { type: "answer", status: 200, body: { ok: true, result } };
  } catch (error) {
    if (error instanceof BotApiFailure) return refusal(error);
    throw error;
  }
}

function checkLimits(state: LocalState, methodName: string, params: Params): void {
  const chat = params.integer("chat_id");
  if (state.flood === undefined || chat === undefined || !countsAgainstLimits(methodName)) return;
  const retryAfter = state.flood.check(chat, state.now());
  if (retryAfter !== undefined) throw tooManyRequests(retryAfter);
}

/** The answer that carries a refusal. */
export function refusalBody({ code, message, parameters }: BotApiFailure): object {
  return { ok: false, error_code: code, description: message, ...(parameters === undefined ? {} : { parameters }) };
}

function refusal(failure: BotApiFailure): Outcome {
  return { type: "answer", status: failure.code, body: refusalBody(failure) };
}

function deliver({ request, response }: Exchange, outcome: Outcome): void {
  switch (outcome.type) {
    case "answer":
      sendJson(response, outcome.status, outcome.body);
      break;
    case "html":
      response
        .writeHead(502, { "content-type": "text/html" })
        .end("<html><body><h1>502 Bad Gateway</h1></body></html>");
      break;
    case "cut":
      request.socket.destroy();
      break;
    case "silence":
      break;
  }
}

function statusOf(outcome: Outcome): number {
  if (outcome.type === "html") return 502;
  return outcome.type === "answer" ? outcome.status : 0;
}

function descriptionOf(outcome: Outcome): { description?: string } {
  if (outcome.type !== "answer" || !("description" in outcome.body)) return {};
  return { description: String(outcome.body.description) };
}

function hangUpSignal({ response }: Exchange): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}
