import type { IncomingMessage, ServerResponse } from "node:http";
import type { LocalWorld } from "../local-world.ts";
import type { LocalEvent } from "../world/event-log.ts";

const HEARTBEAT_MS = 15_000;

/**
 * Sends events as they happen (SSE). It starts with an event without id, `{type: "hello", boot, last_event, missed}`; `missed` is true
 * when events after the place to resume from are gone. It resumes after `Last-Event-ID` or `?after=`, else from now.
 */
export function streamEvents(world: LocalWorld, request: IncomingMessage, response: ServerResponse): void {
  const { events } = world.state;
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const resume = request.headers["last-event-id"] ?? url.searchParams.get("after") ?? "";
  const after = /^\d+$/.test(String(resume)) ? Number(resume) : events.lastId;
  const missed = after < events.forgottenId || after > events.lastId;
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write(
    `retry: 1000\ndata: ${JSON.stringify({ type: "hello", boot: world.boot, last_event: events.lastId, missed })}\n\n`,
  );
  const send = (event: LocalEvent): void => {
    response.write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  for (const event of events.after(after)) send(event);
  const stop = events.subscribe(send);
  const heartbeat = setInterval(() => response.write(": still here\n\n"), HEARTBEAT_MS);
  heartbeat.unref();
  response.once("close", () => {
    stop();
    clearInterval(heartbeat);
  });
}
