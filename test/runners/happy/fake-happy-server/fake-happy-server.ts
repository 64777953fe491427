import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Server } from "socket.io";
import type { Account } from "./account.ts";
import { Faults } from "./faults.ts";
import { answerTo } from "./routes.ts";
import { serveSockets } from "./sockets.ts";
import { World } from "./world.ts";

/** One request as it came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
}

/** A Happy server on this machine, over the real wire format. It keeps what it is given and can be told to fail. */
export class FakeHappyServer {
  readonly faults: Faults = new Faults();
  readonly world: World = new World();
  readonly seen: Seen[] = [];
  #http: HttpServer | undefined;
  #io: Server | undefined;
  #port = 0;

  static async start(): Promise<FakeHappyServer> {
    const server = new FakeHappyServer();
    await server.comeUp();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  accountOf(token: string): Account {
    const account = this.world.accountOf(token);
    if (account === undefined) throw new Error("no such account");
    return account;
  }

  /** Resolves with the next connection of a client. */
  async connected(): Promise<void> {
    const before = this.world.connections;
    await this.world.changes.when(() => this.world.connections > before);
  }

  /** Resolves when no client is connected. */
  async deserted(): Promise<void> {
    await this.world.changes.when(() => [...this.world.peers].every(({ type }) => type !== "user-scoped"));
  }

  /** What the program sends to phones. */
  notify(token: string, sessionId: string, kind: "done" | "permission" | "question"): void {
    const payload = { type: "session-event", sessionId, kind, title: kind, body: "project", timestamp: Date.now() };
    this.world.tellEphemeral(this.accountOf(token), payload);
  }

  reportUsage(token: string, sessionId: string, tokens: number): void {
    this.world.tellEphemeral(this.accountOf(token), {
      type: "usage",
      id: sessionId,
      key: "claude-session",
      tokens: { total: tokens, input: tokens - 1, output: 1, cache_creation: 0, cache_read: 0 },
      cost: { total: tokens / 1000, input: tokens / 1000, output: 0 },
      timestamp: Date.now(),
    });
  }

  /** Breaks the connections of clients; those of machines stay. */
  breakConnections(): void {
    for (const peer of this.world.peers) if (peer.type === "user-scoped") peer.socket.conn.close();
  }

  /** Starts to listen, on the port it had before. */
  async comeUp(): Promise<void> {
    const http = createServer((request, response) => void this.#serve(request, response));
    this.#http = http;
    const io = new Server(http, { path: "/v1/updates", transports: ["websocket", "polling"], serveClient: false });
    this.#io = io;
    serveSockets(io, this.world, this.faults);
    http.listen(this.#port, "127.0.0.1");
    await once(http, "listening");
    this.#port = portOf(http);
  }

  /** Everything is kept, but nobody is connected and nobody gets an answer. */
  async goDown(): Promise<void> {
    this.#http?.closeAllConnections();
    await this.#io?.close();
  }

  async close(): Promise<void> {
    await this.goDown();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const method = request.method ?? "GET";
    this.seen.push({ method, path: `${url.pathname}${url.search}` });
    const token = request.headers.authorization?.slice("Bearer ".length);
    const body = await text(request);
    const answer = answerTo({ method, url, token, body: body === "" ? undefined : JSON.parse(body) }, this.world);
    if (method === "POST" && url.pathname.startsWith("/v3/") && this.faults.lostAnswers > 0) {
      this.faults.lostAnswers -= 1;
      request.socket.destroy();
      return;
    }
    const status = this.faults.httpStatus ?? answer.status;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === answer.status ? answer.body : { error: "out of order" }));
  }
}

function portOf(http: HttpServer): number {
  const address: AddressInfo | string | null = http.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
