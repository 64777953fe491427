import { z } from "zod";
import { badRequest } from "../bot-api-failure.ts";
import type { ApiButton, ApiKeyboard } from "../bot-api-types.ts";
import { checkLink } from "../text/link.ts";
import type { Params } from "./params.ts";

/** Telegram: callback data is 1-64 bytes. */
const MAX_DATA_BYTES = 64;
/** The server's limits for a whole keyboard; their exact values are not published. */
const MAX_BUTTONS = 100;
const MAX_KEYBOARD_BYTES = 10_240;

const Button = z.looseObject({
  text: z.string(),
  callback_data: z.string().exactOptional(),
  url: z.string().exactOptional(),
  copy_text: z.looseObject({ text: z.string().min(1).max(256) }).exactOptional(),
  style: z.enum(["danger", "success", "primary"]).exactOptional(),
});
const InlineKeyboard = z.looseObject({ inline_keyboard: z.array(z.array(Button)) });
const OtherMarkup = z.union([
  z.looseObject({ keyboard: z.array(z.array(z.unknown())) }),
  z.looseObject({ remove_keyboard: z.literal(true) }),
  z.looseObject({ force_reply: z.literal(true) }),
]);
const ACTIONS = ["callback_data", "url", "copy_text", "disabled", "web_app", "login_url", "pay", "callback_game"];

/** `reply_markup` as a key of a message: the buttons under it, none when there are none. Other keyboards are checked and dropped. */
export function readKeyboard(params: Params): { reply_markup?: ApiKeyboard } {
  const raw = params.json("reply_markup", "reply keyboard markup");
  if (raw === undefined || OtherMarkup.safeParse(raw).success) return {};
  const parsed = InlineKeyboard.safeParse(raw);
  if (!parsed.success) throw badRequest("object expected as reply markup");
  const rows = parsed.data.inline_keyboard.filter((row) => row.length > 0);
  if (rows.flat().length > MAX_BUTTONS || Buffer.byteLength(JSON.stringify(raw)) > MAX_KEYBOARD_BYTES) {
    throw badRequest("reply markup is too long");
  }
  const keyboard = rows.map((row) => row.map(checkButton));
  return keyboard.length === 0 ? {} : { reply_markup: { inline_keyboard: keyboard } };
}

function checkButton(button: z.infer<typeof Button>): ApiButton {
  const { disabled: _disabled, ...rest } = button;
  const frozen = "disabled" in button ? { disabled: {} } : {};
  if (button.text.trim() === "") throw badRequest("BUTTON_DATA_INVALID");
  if (!Object.keys(button).some((key) => ACTIONS.includes(key) || key.startsWith("switch_inline_query"))) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
  const bytes = button.callback_data === undefined ? 1 : Buffer.byteLength(button.callback_data);
  if (bytes < 1 || bytes > MAX_DATA_BYTES) throw badRequest("BUTTON_DATA_INVALID");
  if (button.url !== undefined) checkLink("inline keyboard button", button.url);
  return { ...rest, ...frozen };
}
