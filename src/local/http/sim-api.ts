import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { BotApiFailure } from "../bot-api-failure.ts";
import { LocalTelegramError } from "../local-telegram-error.ts";
import type { LocalWorld } from "../local-world.ts";
import { FaultInput } from "../world/fault-plan.ts";
import * as inputs from "../world/inputs.ts";
import type { Exchange } from "./bot-api.ts";
import { streamEvents } from "./event-stream.ts";
import { BodyTooLargeError, parseObject, readBody, readForm } from "./read-body.ts";
import { sendBytes, sendJson } from "./send.ts";

type Handler = (world: LocalWorld, exchange: Exchange) => object | Promise<object>;

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["GET /sim/state", (world, { url }) => world.snapshot(wholeNumber(url.searchParams.get("chat")))],
  ["GET /sim/requests", (world, { url }) => ({ requests: world.requests(requestFilter(url)) })],
  ["POST /sim/message", accept(inputs.MessageInput, (world, input) => ({ message: world.message(input) }))],
  ["POST /sim/edit", accept(inputs.EditInput, (world, input) => ({ message: world.edit(input) }))],
  ["POST /sim/press", accept(inputs.PressInput, (world, input) => ({ query_id: world.press(input) }))],
  ["POST /sim/delete", accept(inputs.DeleteInput, (world, input) => done(world.delete(input)))],
  ["POST /sim/react", accept(inputs.ReactionInput, (world, input) => done(world.react(input)))],
  ["POST /sim/upload", uploadFile],
  ["POST /sim/topic", accept(inputs.TopicInput, (world, input) => ({ topic: world.topic(input) }))],
  ["DELETE /sim/topic", accept(inputs.TopicDeleteInput, (world, input) => done(world.deleteTopic(input)))],
  ["POST /sim/block", accept(inputs.BlockInput, (world, input) => done(world.block(input)))],
  ["POST /sim/migrate", accept(inputs.MigrateInput, (world, input) => ({ chat: world.migrate(input.chat) }))],
  ["GET /sim/faults", (world) => ({ faults: world.faults() })],
  ["POST /sim/faults", accept(FaultInput, (world, input) => ({ fault: world.addFault(input) }))],
  ["DELETE /sim/faults", (world) => done(world.clearFaults())],
  ["POST /sim/restart", restart],
]);

/** Answers `/sim/…`: what people do in the chats, what they see, and faults. */
export async function handleSim(world: LocalWorld, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange;
  if (request.method === "GET" && url.pathname === "/sim/events") {
    streamEvents(world, request, response);
    return;
  }
  if (request.method === "GET" && url.pathname === "/sim/file") {
    sendFile(world, exchange);
    return;
  }
  const handler = HANDLERS.get(`${request.method} ${url.pathname}`);
  if (handler === undefined) {
    sendJson(response, 404, { error: `no ${request.method} ${url.pathname}` });
    return;
  }
  try {
    sendJson(response, 200, await handler(world, exchange));
  } catch (error) {
    sendJson(response, 400, { error: sentenceOf(error) });
  }
}

function accept<Input>(schema: z.ZodType<Input>, act: (world: LocalWorld, input: Input) => object): Handler {
  return async (world, { request }) => act(world, schema.parse(await readJson(request)));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  return parseObject((await readBody(request)).toString());
}

// The connection that asks is dropped too, after its answer.
function restart(world: LocalWorld, { response }: Exchange): object {
  response.once("finish", () => world.dropConnections());
  return { ok: true };
}

async function uploadFile(world: LocalWorld, { request }: Exchange): Promise<object> {
  const { values, files } = await readForm(request);
  const file = files.get("file");
  if (file === undefined) throw new LocalTelegramError("multipart field 'file' is missing");
  const numbers = ["chat", "from", "reply_to", "thread"].filter((name) => values.has(name));
  const input = {
    kind: "document",
    ...Object.fromEntries(values),
    ...Object.fromEntries(numbers.map((name) => [name, Number(values.get(name))])),
    ...file,
  };
  return { message: world.upload(inputs.UploadInput.parse(input)) };
}

// Only pictures and sound are shown in place: anything else could be a page that runs with this server's rights.
function sendFile(world: LocalWorld, { response, url }: Exchange): void {
  const file = world.state.files.find(url.searchParams.get("id") ?? "");
  if (file === undefined) {
    sendJson(response, 404, { error: "no such file" });
    return;
  }
  const isShown = /^(image\/(png|jpeg|gif|webp)|audio\/[\w.+-]+)$/.test(file.mediaType);
  sendBytes(response, file.bytes, {
    "content-type": isShown ? file.mediaType : "application/octet-stream",
    "content-disposition": `${isShown ? "inline" : "attachment"}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  });
}

function requestFilter(url: URL): { method?: string; after?: number } {
  const method = url.searchParams.get("method");
  const after = wholeNumber(url.searchParams.get("after"));
  return { ...(method === null ? {} : { method }), ...(after === undefined ? {} : { after }) };
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function done(_nothing: void): object {
  return { ok: true };
}

function sentenceOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  const isExpected =
    error instanceof LocalTelegramError || error instanceof BotApiFailure || error instanceof BodyTooLargeError;
  if (isExpected) return error.message;
  throw error;
}
