import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A Bot API server on 127.0.0.1 that knows `getFile` and files. */
export class FileServer {
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  readonly #answers: Answer[] = [];
  readonly #server = createServer((request, response) => {
    this.asked.push(request.url ?? "");
    const answer = this.#answers.shift() ?? ((late: ServerResponse) => void late.writeHead(599).end());
    request.resume().on("end", () => answer(response, request));
  });

  static async start(): Promise<FileServer> {
    const server = new FileServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    onTestFinished(() => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Answers for the next requests, in turn. */
  script(...answers: readonly Answer[]): void {
    this.#answers.push(...answers);
  }
}

/** `getFile` says where the file is. */
export function located(path = "documents/file_1.pdf", size?: number): Answer {
  const result = { file_id: "f", file_unique_id: "u", file_path: path, ...(size !== undefined && { file_size: size }) };
  return (response) => void response.end(JSON.stringify({ ok: true, result }));
}

export function refused(code: number, description: string, parameters?: object): Answer {
  const body = { ok: false, error_code: code, description, parameters };
  return (response) => void response.writeHead(code).end(JSON.stringify(body));
}

export function bytes(content: Uint8Array | string): Answer {
  return (response) => void response.end(content);
}

/** The connection ends in the middle of the file. */
export function cut(content: string): Answer {
  return (response, request) => {
    response.writeHead(200, { "content-length": String(content.length * 2) });
    response.write(content, () => request.socket.destroy());
  };
}

/** The file begins and does not go on. */
export function stalled(content: string, onStalled: () => void): Answer {
  return (response) => {
    response.writeHead(200, { "content-length": String(content.length * 2) });
    response.write(content, onStalled);
  };
}
