import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What the server says to a path such as `/bot1:x/getMe`. */
export type Respond = (path: string, body: string) => { readonly status: number; readonly body: unknown };

/** A server on this machine that answers like the Bot API; returns its root. */
export async function serveBotApi(respond: Respond): Promise<string> {
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const { status, body } = respond(request.url ?? "", text);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${portOf(server.address())}`;
}

/** Knows one bot, and every chat but those with an id below -1000. */
export function knowingBot(token: string): Respond {
  return (path, body) => {
    if (!path.startsWith(`/bot${token}/`)) {
      return { status: 401, body: { ok: false, error_code: 401, description: "Unauthorized" } };
    }
    if (path.endsWith("/getMe")) return { status: 200, body: { ok: true, result: { id: 1, username: "pocket_bot" } } };
    const { chat_id: id } = JSON.parse(body);
    if (id < -1000) return { status: 400, body: { ok: false, description: "Bad Request: chat not found" } };
    return { status: 200, body: { ok: true, result: { id, type: "private", first_name: "Ada" } } };
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return address.port;
}
