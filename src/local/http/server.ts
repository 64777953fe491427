import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { BotApiFailure } from "../bot-api-failure.ts";
import type { LocalWorld } from "../local-world.ts";
import { handleBotApi, refusalBody, type Exchange } from "./bot-api.ts";
import { findIntrusion } from "./guard.ts";
import { sendPageFile } from "./page-files.ts";
import { sendBytes, sendJson } from "./send.ts";
import { handleSim } from "./sim-api.ts";

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
  else if (url.pathname.startsWith("/file/bot")) sendBotFile(served, exchange);
  else if (url.pathname.startsWith("/sim/")) await handleSim(served.world, exchange);
  else await sendPageFile(response, url.pathname);
}

async function routeBotApi({ world, token }: Served, exchange: Exchange): Promise<void> {
  const [, given = "", method = ""] = /^\/bot([^/]*)(?:\/test)?\/?(.*)$/.exec(decodeURI(exchange.url.pathname)) ?? [];
  const refused = refuseToken(given, token);
  if (refused === undefined) await handleBotApi(exchange, method, () => world.touch());
  else sendJson(exchange.response, refused.code, refusalBody(refused));
}

function sendBotFile({ world, token }: Served, { response, url }: Exchange): void {
  const [, given = "", path = ""] = /^\/file\/bot([^/]*)\/(.*)$/.exec(decodeURI(url.pathname)) ?? [];
  const file = given === token ? world.state.files.findByPath(path) : undefined;
  const refused = refuseToken(given, token) ?? new BotApiFailure(404, "Not Found");
  if (file === undefined) sendJson(response, refused.code, refusalBody(refused));
  else sendBytes(response, file.bytes, { "content-type": "application/octet-stream" });
}

function refuseToken(given: string, token: string): BotApiFailure | undefined {
  if (given === token) return undefined;
  const isWellFormed = /^\d+:[\w-]{30,}$/.test(given);
  return new BotApiFailure(401, isWellFormed ? "Unauthorized" : "invalid token specified");
}
