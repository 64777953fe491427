import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { BotApiFailure } from "../bot-api-failure.ts";
import type { LocalWorld } from "../local-world.ts";
import { handleBotApi, refusalBody, type Exchange } from "./bot-api.ts";
import { findIntrusion } from "./guard.ts";
import { sendPageFile } from "./page-files.ts";
import { sendBytes, sendJson } from "./send.ts";
import { handleSim } from "./sim-api.ts";
import type { PlannedFault } from "../world/fault-plan.ts";

/** A bot keeps its connections for long; one the server closed just as it is used again would look like a network fault. */
const KEEP_ALIVE_MS = 10 * 60_000;

/** The HTTP side of a world, not yet listening. */
export function createLocalServer(world: LocalWorld, token: string): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    handle({ world, token }, request, response).catch((error: unknown) => {
      // The client went away while its body was read, or this server has a bug: either way there is no answer to give.
      if (request.destroyed || response.headersSent) response.destroy();
      else sendJson(response, 500, refusalBody(new BotApiFailure(500, `Internal Server Error: ${String(error)}`)));
    });
  });
  return server;
}

interface Served {
  readonly world: LocalWorld;
  readonly token: string;
}

async function handle(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const intrusion = findIntrusion(request);
  if (intrusion !== undefined) {
    sendJson(response, 403, { error: intrusion });
    return;
  }
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const exchange = { state: served.world.state, request, response, url };
  if (url.pathname.startsWith("/bot")) await routeBotApi(served, exchange);
  else if (url.pathname.startsWith("/file/bot")) await sendBotFile(served, exchange);
  else if (url.pathname.startsWith("/sim/")) await handleSim(served.world, exchange);
  else await sendPageFile(response, url.pathname);
}

async function routeBotApi({ world, token }: Served, exchange: Exchange): Promise<void> {
  const [, given = "", method = ""] = /^\/bot([^/]*)(?:\/test)?\/?(.*)$/.exec(decodeURI(exchange.url.pathname)) ?? [];
  const refused = refuseToken(given, token);
  if (refused === undefined) await handleBotApi(exchange, method, () => world.touch());
  else sendJson(exchange.response, refused.code, refusalBody(refused));
}

async function sendBotFile({ world, token }: Served, { response, url }: Exchange): Promise<void> {
  const [, given = "", path = ""] = /^\/file\/bot([^/]*)\/(.*)$/.exec(decodeURI(url.pathname)) ?? [];
  const file = given === token ? world.state.files.findByPath(path) : undefined;
  const refused = refuseToken(given, token) ?? new BotApiFailure(404, "Not Found");
  if (file === undefined) return sendJson(response, refused.code, refusalBody(refused));
  const fault = world.state.faults.take(DOWNLOAD, undefined);
  if (fault === undefined) sendBytes(response, file.bytes, BINARY);
  else await failDownload(response, file.bytes, fault);
}

/** What faults call the download of a file, which is no method of the Bot API. */
const DOWNLOAD = "download";
const BINARY = { "content-type": "application/octet-stream" };

/** `cut-after`: half of the file comes. */
async function failDownload(response: ServerResponse, bytes: Uint8Array, fault: PlannedFault): Promise<void> {
  switch (fault.kind) {
    case "429":
    case "400":
    case "500":
      return sendJson(response, Number(fault.kind), { ok: false });
    case "502-html":
      return sendJson(response, 502, { ok: false });
    case "cut-before":
      return void response.socket?.destroy();
    case "cut-after":
      response.writeHead(200, { ...BINARY, "content-length": String(bytes.byteLength) });
      response.write(bytes.subarray(0, bytes.byteLength / 2), () => response.socket?.destroy());
      return;
    case "hang":
      return;
    case "delay":
      await sleep(fault.delay_ms ?? 1000, undefined, { ref: false });
      sendBytes(response, bytes, BINARY);
  }
}

function refuseToken(given: string, token: string): BotApiFailure | undefined {
  if (given === token) return undefined;
  const isWellFormed = /^\d+:[\w-]{30,}$/.test(given);
  return new BotApiFailure(401, isWellFormed ? "Unauthorized" : "invalid token specified");
}
