import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createApi } from "../../src/telegram/create-api.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Starts a server that answers everything with `true`; returns its root and what it saw. */
async function countingServer(): Promise<{ root: string; urls: string[]; connections: () => number }> {
  const urls: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    urls.push(request.url ?? "");
    response.end(JSON.stringify({ ok: true, result: true }));
  });
  server.on("connection", () => (connections += 1));
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { root: `http://127.0.0.1:${port}`, urls, connections: () => connections };
}

describe("the api", () => {
  it("calls the server it is pointed at, with or without a slash at the end", async () => {
    const { root, urls } = await countingServer();
    for (const apiRoot of [root, `${root}/`]) await createApi({ token: "1:abc", apiRoot }).getMe();
    expect(urls).toEqual(["/bot1:abc/getMe", "/bot1:abc/getMe"]);
  });

  it("keeps its connection for the next call", async () => {
    const { root, connections } = await countingServer();
    const api = createApi({ token: "1:abc", apiRoot: root });
    for (let call = 0; call < 5; call += 1) await api.getMe();
    expect(connections()).toBe(1);
  });
});
