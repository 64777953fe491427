import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Api } from "grammy";
import { createApi } from "../../src/telegram/create-api.ts";

/** One request as the server read it. */
export interface BotApiCall {
  readonly method: string;
  /** The JSON body; for an upload, what the form holds under its names. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** `hang`: the request is read and never answered. `reset`: the connection is cut after the request was read. */
export type BotApiAnswer =
  | { readonly ok: unknown }
  | { readonly status: number; readonly body: string | Readonly<Record<string, unknown>> }
  | "hang"
  | "reset";

/** The least of a Bot API server on 127.0.0.1: records calls and answers as told. */
export class FakeBotApi {
  readonly calls: BotApiCall[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scripts = new Map<string, BotApiAnswer[]>();
  #watchers: (() => void)[] = [];
  #nextMessageId = 100;

  constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  async start(): Promise<Api> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    return createApi({ token: "1:secret", apiRoot: `http://127.0.0.1:${port}` });
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  /** Adds answers for the next calls of a method; afterwards it succeeds (`getUpdates` hangs). */
  script(method: string, ...answers: BotApiAnswer[]): void {
    this.#scripts.set(method, [...(this.#scripts.get(method) ?? []), ...answers]);
  }

  of(method: string): readonly BotApiCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Resolves when a method was called this many times. */
  async called(method: string, times: number): Promise<BotApiCall> {
    for (;;) {
      const call = this.of(method)[times - 1];
      if (call !== undefined) return call;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = (request.url ?? "").split("/").at(-1) ?? "";
    const body = await readBody(request);
    this.calls.push({ method, body });
    const answer = this.#scripts.get(method)?.shift() ?? this.#success(method, body);
    for (const watcher of this.#watchers.splice(0)) watcher();
    if (answer === "hang") return;
    if (answer === "reset") return void request.socket.destroy();
    if ("ok" in answer) return write(response, 200, { ok: true, result: answer.ok });
    write(response, answer.status, answer.body);
  }

  #success(method: string, body: BotApiCall["body"]): BotApiAnswer {
    if (method === "getUpdates") return "hang";
    if (!method.startsWith("send") || method === "sendChatAction") return { ok: true };
    return {
      ok: { message_id: this.#nextMessageId++, date: 1, chat: { id: Number(body["chat_id"]), type: "private" } },
    };
  }
}

/** A refusal as the Bot API words it. */
export function refusal(code: number, description: string, parameters?: Record<string, number>): BotApiAnswer {
  return { status: code, body: { ok: false, error_code: code, description, ...(parameters && { parameters }) } };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/")) return JSON.parse(text || "{}");
  return Object.fromEntries(formFields(text));
}

/** Fields of a multipart form by name; a file goes under `file`, its name under `fileName`. */
function formFields(text: string): [string, string][] {
  return [...text.matchAll(/name="?([^";\r]+)"?(?:;\s*filename="?([^"\r]+)"?)?[^]*?\r\n\r\n([^]*?)\r\n--/g)].flatMap(
    ([, name = "", fileName, value = ""]): [string, string][] =>
      fileName === undefined
        ? [[name, value]]
        : [
            ["file", value],
            ["fileName", fileName],
          ],
  );
}

function write(response: ServerResponse, status: number, body: string | Readonly<Record<string, unknown>>): void {
  response.statusCode = status;
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
