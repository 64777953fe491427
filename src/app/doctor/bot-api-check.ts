import { z } from "zod";

/**
 * Whether a token works. `bad_shape`: it can't be one, nothing was asked. `refused`: the server does not know it.
 * `unreachable`: no answer that says anything about the token.
 */
export type TokenOutcome =
  | { readonly kind: "ok"; readonly username: string }
  | { readonly kind: "bad_shape"; readonly problem: string }
  | { readonly kind: "refused"; readonly problem: string }
  | { readonly kind: "unreachable"; readonly problem: string };

export type ChatOutcome =
  | { readonly kind: "ok"; readonly title: string }
  | { readonly kind: "refused"; readonly problem: string }
  | { readonly kind: "unreachable"; readonly problem: string };

const TIMEOUT_MS = 10_000;

/** The bot's id, a colon and 35 characters; a little latitude for other servers than Telegram's. */
const TOKEN_SHAPE = /^\d+:[A-Za-z0-9_-]{30,}$/;

/** Asks the Bot API server who this token is. Never throws, and no outcome contains the token. */
export async function checkToken(apiRoot: string, token: string): Promise<TokenOutcome> {
  if (!TOKEN_SHAPE.test(token)) {
    return {
      kind: "bad_shape",
      problem: "this does not look like a bot token: @BotFather's are digits, a colon and 35 characters",
    };
  }
  const answer = await call(`${apiRoot}/bot${token}/getMe`, {});
  if (answer.kind === "unreachable") return unreachable(apiRoot, answer.problem);
  const me = meSchema.safeParse(answer.body);
  if (me.success) return { kind: "ok", username: me.data.result.username };
  // 401: revoked or mistyped; 404: Telegram's answer to a token it can't even parse.
  if (answer.status === 401 || answer.status === 404) {
    return {
      kind: "refused",
      problem:
        "the server does not accept this token: copy it again from @BotFather, or make a new one with /revoke there",
    };
  }
  return unreachable(apiRoot, `it answered with status ${answer.status}`);
}

/** Asks whether the bot can see a chat. Never throws. */
export async function checkChat(bot: { apiRoot: string; token: string }, chatId: number): Promise<ChatOutcome> {
  const answer = await call(`${bot.apiRoot}/bot${bot.token}/getChat`, { chat_id: chatId });
  if (answer.kind === "unreachable") return unreachable(bot.apiRoot, answer.problem);
  const chat = chatSchema.safeParse(answer.body);
  if (chat.success) {
    const { title, username, first_name: firstName, type } = chat.data.result;
    return { kind: "ok", title: `${type} ${title ?? username ?? firstName ?? chatId}` };
  }
  const refusal = refusalSchema.safeParse(answer.body);
  return { kind: "refused", problem: refusal.data?.description ?? `status ${answer.status}` };
}

const meSchema = z.object({ ok: z.literal(true), result: z.object({ username: z.string() }) });

const chatSchema = z.object({
  ok: z.literal(true),
  result: z.object({
    type: z.string(),
    title: z.string().exactOptional(),
    username: z.string().exactOptional(),
    first_name: z.string().exactOptional(),
  }),
});

const refusalSchema = z.object({ ok: z.literal(false), description: z.string() });

type Answer =
  | { readonly kind: "answer"; readonly status: number; readonly body: unknown }
  | { readonly kind: "unreachable"; readonly problem: string };

async function call(url: string, parameters: Readonly<Record<string, unknown>>): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(parameters),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { kind: "answer", status: response.status, body: parsed(text) };
  } catch (error) {
    return { kind: "unreachable", problem: reasonOf(error) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's error page: the status says all there is to say.
    return undefined;
  }
}

/** Only the code of the failure: messages of network errors may quote the address, which contains the token. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown failure";
  if (error.name === "TimeoutError") return `no answer within ${TIMEOUT_MS / 1000} s`;
  const cause = error.cause ?? error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.name;
}

function unreachable(apiRoot: string, reason: string): { readonly kind: "unreachable"; readonly problem: string } {
  return {
    kind: "unreachable",
    problem: `${apiRoot} can't be used (${reason}): check the network, a proxy or api_root`,
  };
}
