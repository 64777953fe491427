import { GrammyError, HttpError } from "grammy";
import type { ChatFault } from "../bridge/chat-port.ts";

/**
 * Why a call failed, as far as it decides what to do next.
 * `entities`, `too_long`, `keyboard`, `topic`, `reply`: this part of the message is refused, the rest could go.
 * `unchanged`: the message shows this already. `missing`: the message to edit or delete is not there, or not editable. `is_file`: the
 * message to edit is a file, which has a caption instead of a text.
 * `migrated`: the group lives on under another id. `failed`: everything else, by what it means for the caller.
 */
export type CallFault =
  | { readonly kind: RefusedPart | Verdict }
  | { readonly kind: "migrated"; readonly toChatId: number }
  | { readonly kind: "failed"; readonly fault: ChatFault; readonly message: string };

type Verdict = "unchanged" | "missing" | "is_file";

type RefusedPart = "entities" | "too_long" | "keyboard" | "topic" | "reply";

/** Descriptions of 400 answers, as the Bot API server words them; the first match counts. */
const REFUSALS: readonly (readonly [RegExp, RefusedPart | Verdict])[] = [
  [/message is not modified/i, "unchanged"],
  [/message to (edit|delete) not found|message can't be edited|MESSAGE_ID_INVALID/i, "missing"],
  [/no text in the message to edit/i, "is_file"],
  [/message to be replied not found|repl(y|ied) message not found/i, "reply"],
  [/message thread not found|TOPIC_(CLOSED|DELETED|ID_INVALID)|topic (is |was )?(closed|deleted)/i, "topic"],
  [/(message|text|caption) is too long|(MESSAGE|CAPTION)_TOO_LONG/i, "too_long"],
  [/BUTTON_|reply markup|REPLY_MARKUP|inline keyboard/i, "keyboard"],
  [/entit(y|ies)|parse_mode|Wrong HTTP URL/i, "entities"],
];

/** 400 answers that say the bot can't write in this chat. */
const CLOSED =
  /chat not found|user not found|PEER_ID_INVALID|CHAT_WRITE_FORBIDDEN|chat was (deactivated|deleted)|no(t enough)? rights to send/i;

/** Failures of Node's network layer before the request can have left. */
const NEVER_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** What an error thrown by a call of grammY's Api means. The messages name no URL: it would contain the bot token. */
export function faultOf(error: unknown): CallFault {
  if (error instanceof GrammyError) return refusal(error);
  if (error instanceof HttpError) return networkFault(error);
  return failed("uncertain", `the call to Telegram broke off: ${String(error)}`);
}

function refusal({ error_code: code, description, parameters, method }: GrammyError): CallFault {
  // A gateway may answer with JSON of its own: such an answer says nothing about the call.
  if (typeof code !== "number") return failed("uncertain", `${method}: the answer is not Telegram's`);
  if (parameters.migrate_to_chat_id !== undefined) return { kind: "migrated", toChatId: parameters.migrate_to_chat_id };
  const message = `Telegram refused ${method}: ${code} ${description}`;
  if (code === 403) return failed("chat_closed", message);
  if (code === 400) return badRequest(description, message);
  // 401 and 404 mean a wrong token, 429 and 5xx pass: in none of these cases has anything become visible.
  const passes = code === 401 || code === 404 || code === 429 || code >= 500;
  return failed(passes ? "unavailable" : "rejected", message);
}

function badRequest(description: string, message: string): CallFault {
  const match = REFUSALS.find(([pattern]) => pattern.test(description));
  if (match !== undefined) return { kind: match[1] };
  return failed(CLOSED.test(description) ? "chat_closed" : "rejected", message);
}

function networkFault({ error, message }: HttpError): CallFault {
  const code = systemCode(error);
  if (isConnectFailure(error, code)) return failed("unavailable", `no connection to Telegram (${code})`);
  return failed("uncertain", `${message} No answer came (${code ?? "timeout or broken answer"})`);
}

function isConnectFailure(error: unknown, code: string | undefined): code is string {
  if (code === undefined) return false;
  if (NEVER_CONNECTED.has(code)) return true;
  // node-fetch keeps only the code. With several addresses tried, Node's message is empty and it was the connecting that took too long.
  const connecting = error instanceof Error && /reason: (connect ETIMEDOUT.*)?$/.test(error.message);
  return code === "ETIMEDOUT" && connecting;
}

function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function failed(fault: ChatFault, message: string): CallFault {
  return { kind: "failed", fault, message };
}
