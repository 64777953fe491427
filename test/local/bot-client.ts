import { afterEach } from "vitest";
import { z } from "zod";
import { startLocalTelegram, type LocalTelegram, type LocalTelegramOptions } from "../../src/local/local-telegram.ts";

const started: LocalTelegram[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((local) => local.close()));
});

/** A local Telegram that ends with the test. */
export async function startForTest(options: LocalTelegramOptions = {}): Promise<LocalTelegram> {
  const local = await startLocalTelegram(options);
  started.push(local);
  return local;
}

/** The body of an answer. */
export interface Answer {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: Record<string, number>;
}

const Answer: z.ZodType<Answer> = z.looseObject({
  ok: z.boolean(),
  result: z.unknown().exactOptional(),
  error_code: z.number().exactOptional(),
  description: z.string().exactOptional(),
  parameters: z.record(z.string(), z.number()).exactOptional(),
});

/** Calls a Bot API method with JSON and returns the answer's body. */
export async function callBot(local: LocalTelegram, method: string, params: object = {}): Promise<Answer> {
  const response = await fetch(`${local.url}/bot${local.token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  return Answer.parse(await response.json());
}

/** Calls a method that must work and returns its result as a message. */
export async function sentMessage(local: LocalTelegram, method: string, params: object): Promise<SentMessage> {
  const answer = await callBot(local, method, params);
  if (!answer.ok) throw new Error(answer.description);
  return SentMessage.parse(answer.result);
}

/** What tests read of a message; it has its other keys too. */
export interface SentMessage {
  readonly message_id: number;
  readonly text?: string;
}

const SentMessage: z.ZodType<SentMessage> = z.looseObject({
  message_id: z.number(),
  text: z.string().exactOptional(),
});

/** Calls `/sim/…` and returns status and body. */
export async function callSim(
  local: LocalTelegram,
  route: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const [method = "GET", path = ""] = route.split(" ");
  const response = await fetch(`${local.url}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
