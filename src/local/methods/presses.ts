import { badRequest } from "../bot-api-failure.ts";
import { countCodePoints } from "../text/code-points.ts";
import type { BotCall, BotMethods } from "./method.ts";

/** Answering button presses. */
export const pressMethods: BotMethods = { answerCallbackQuery };

/** Telegram: the answer is 0-200 characters. */
const MAX_ANSWER_CHARS = 200;

function answerCallbackQuery({ state, params }: BotCall): unknown {
  const text = params.text("text") ?? "";
  if (countCodePoints(text) > MAX_ANSWER_CHARS) throw badRequest("MESSAGE_TOO_LONG");
  const id = params.text("callback_query_id") ?? "";
  const press = state.presses.take(id, state.now());
  if (press === undefined) {
    throw badRequest("query is too old and response timeout expired or query ID is invalid");
  }
  state.events.append({
    type: "callback_answer",
    chat: press.chat,
    message_id: press.message_id,
    query_id: id,
    from: press.from,
    ...(text === "" ? {} : { text }),
    show_alert: params.flag("show_alert"),
  });
  return true;
}
