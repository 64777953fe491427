import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ApiConnection, openApi } from "../../src/telegram/create-api.ts";
import { createPoller } from "../../src/telegram/poll-updates.ts";
import { watchPolling } from "../../src/telegram/poll-watch.ts";
import { FakeClock } from "./fake-clock.ts";
import { RecordingLog } from "./recording-log.ts";

/** A server whose connections can die without a word: nothing that comes in over a dead one is answered, and it is not closed. */
class MortalServer {
  readonly #server: Server = createServer();
  readonly #dead = new WeakSet<Socket>();
  readonly sockets: Socket[] = [];
  /** For each request the number of its connection, from 0, and the method. */
  readonly calls: string[] = [];
  #watchers: (() => void)[] = [];

  async start(): Promise<string> {
    this.#server.on("connection", (socket) => void this.sockets.push(socket));
    this.#server.on("request", (request, response) => {
      const method = (request.url ?? "").split("/").at(-1) ?? "";
      request.resume().on("end", () => {
        this.calls.push(`${this.sockets.indexOf(request.socket)} ${method}`);
        for (const watcher of this.#watchers.splice(0)) watcher();
        const isFirstPoll = this.calls.filter((call) => call.endsWith("getUpdates")).length === 1;
        if (this.#dead.has(request.socket) || (method === "getUpdates" && !isFirstPoll)) return;
        response.end(JSON.stringify({ ok: true, result: method === "getUpdates" ? [] : true }));
      });
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  killAll(): void {
    for (const socket of this.sockets) this.#dead.add(socket);
  }

  async called(times: number): Promise<void> {
    while (this.calls.length < times) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.#server, "close");
  }
}

let server: MortalServer;
let clock: FakeClock;
let connection: ApiConnection;
let stopping: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  server = new MortalServer();
  clock = new FakeClock();
  connection = openApi({ token: "1:secret", apiRoot: await server.start() });
  stopping = new AbortController();
  const log = new RecordingLog();
  const { api, closeIdle } = connection;
  const poller = createPoller({ api, closeIdle, receive: () => {}, clock, log });
  const watch = watchPolling({ poller, clock, log });
  running = poller.run(stopping.signal).finally(() => watch.stop());
  // The first poll is answered at once, the second one is held; beside it another call leaves an idle connection behind.
  await server.called(2);
  await api.getMe();
  expect(server.calls).toEqual(["0 getUpdates", "0 getUpdates", "1 getMe"]);
});

afterEach(async () => {
  stopping.abort();
  await running;
  await server.stop();
});

it("closes the connection of a poll that is not answered, and polls over a new one, not over an idle one", async () => {
  const [polling, idle] = server.sockets;
  server.killAll();
  const closed = [polling, idle].map((socket) => socket && once(socket, "close"));
  await clock.advance(25_000);
  await closed[0];
  await clock.timerOf(1000);
  await clock.advance(1000);
  await closed[1];
  await server.called(4);
  expect(server.calls.at(-1)).toBe("2 getUpdates");
});

it("lets go of every old connection when the machine wakes up", async () => {
  server.killAll();
  const closed = server.sockets.map((socket) => once(socket, "close"));
  await clock.sleep(3_600_000, "stopped");
  await clock.advance(5000);
  await Promise.all(closed);
  await server.called(4);
  expect(server.calls.at(-1)).toBe("2 getUpdates");
  await connection.api.getMe();
  expect(server.calls.at(-1)).toBe("3 getMe");
});
