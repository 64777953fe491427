// The fake server speaks as the real one was recorded: the same fields, with values of the same types.
import { describe, expect, it } from "vitest";
import { openSocket } from "../../../../runners/happy/client/socket.ts";
import { isFields } from "../../../../src/runner/fields.ts";
import { bodyOf, readRecording, recordings } from "./recording.ts";
import { withSetting } from "./setting.ts";

/** The shape of something by its kind. Fields that may be null have that type, too. */
type Shapes = Map<string, Map<string, Set<string>>>;

function note(shapes: Shapes, kind: string, value: unknown): void {
  const fields = shapes.get(kind) ?? new Map<string, Set<string>>();
  shapes.set(kind, fields);
  for (const [key, field] of Object.entries(isFields(value) ? value : {})) {
    const types = fields.get(key) ?? new Set<string>();
    fields.set(key, types.add(field === null ? "null" : Array.isArray(field) ? "array" : typeof field));
  }
}

function noteUpdate(shapes: Shapes, update: unknown): void {
  const body = isFields(update) && isFields(update["body"]) ? update["body"] : {};
  note(shapes, "update", update);
  note(shapes, `update ${String(body["t"])}`, body);
  if (isFields(body["message"])) {
    note(shapes, "message", body["message"]);
    note(shapes, "message content", body["message"]["content"]);
  }
  for (const key of ["metadata", "agentState"]) if (isFields(body[key])) note(shapes, "versioned", body[key]);
}

function noteEphemeral(shapes: Shapes, payload: unknown): void {
  note(shapes, `ephemeral ${isFields(payload) ? String(payload["type"]) : ""}`, payload);
}

function noteAnswer(shapes: Shapes, call: string, answer: unknown): void {
  const refused = isFields(answer) && "error" in answer ? " refused" : "";
  const kind = `${call.replace(/cm\w+/gu, ":id").replace(/\?.*/u, "")}${refused}`;
  note(shapes, kind, answer);
  const items = Array.isArray(answer) ? answer : isFields(answer) ? Object.values(answer).flat() : [];
  for (const item of items) if (isFields(item)) note(shapes, `item of ${kind}`, item);
}

function recordedShapes(): Shapes {
  const shapes: Shapes = new Map();
  for (const line of recordings.flatMap(readRecording)) {
    if (line.event === "update" && bodyOf(line)["t"] !== undefined) noteUpdate(shapes, line.wire);
    if (line.event === "ephemeral") noteEphemeral(shapes, line.wire);
    if (line.http !== undefined && line.response !== undefined) noteAnswer(shapes, line.http, line.response);
    if (line.emit === "update-metadata") note(shapes, `ack ${line.emit}`, line.ack);
  }
  return shapes;
}

/** What a full exchange with the fake server looks like on the wire. */
async function fakeShapes(): Promise<Shapes> {
  const shapes: Shapes = new Map();
  await withSetting(async ({ server, account, client, machine }) => {
    const socket = await openSocket({
      serverUrl: server.url,
      token: account.token,
      connectMs: 5_000,
      reconnectMs: 5_000,
    });
    const taps = [...server.world.peers].map((peer) => peer.socket);
    for (const tap of taps)
      tap.onAnyOutgoing((event: string, payload: unknown) => {
        if (event === "update") noteUpdate(shapes, payload);
        if (event === "ephemeral") noteEphemeral(shapes, payload);
      });
    const fetchJson = async (method: string, path: string): Promise<void> => {
      const headers = { authorization: `Bearer ${account.token}` };
      const response = await fetch(`${server.url}${path}`, { method, headers });
      noteAnswer(shapes, `${method} ${path}`, await response.json());
    };
    const id = await client.spawnSession({ machineId: machine.id, directory: "/home/user/project" });
    await client.sendMessage(id, "PERMISSION");
    await machine.session.asks("toolu_ask");
    machine.session.takeBack("toolu_ask");
    await machine.session.played();
    server.reportUsage(account.token, id, 100);
    const payload = { sid: id, metadata: "x", expectedVersion: 0 };
    for (const expectedVersion of [0, 0])
      note(
        shapes,
        "ack update-metadata",
        await socket.request("update-metadata", { ...payload, expectedVersion }, 5_000),
      );
    await fetchJson("GET", "/v1/machines");
    await fetchJson("GET", `/v3/sessions/${id}/messages?after_seq=0`);
    await fetchJson("GET", `/v1/sessions/nope/messages`);
    await fetchJson("POST", `/v1/sessions/${id}/archive`);
    await fetchJson("DELETE", `/v1/sessions/${id}`);
    await fetchJson("DELETE", `/v1/sessions/${id}`);
    const told = new Promise<void>((resolve) => {
      socket.listen({
        ephemeral: (payload) => isFields(payload) && payload["type"] === "machine-activity" && resolve(),
      });
    });
    machine.loseDaemon();
    await told;
    socket.close();
  });
  return shapes;
}

function fieldsOf(shapes: Shapes, kind: string): ReadonlyMap<string, ReadonlySet<string>> {
  return shapes.get(kind) ?? new Map<string, Set<string>>();
}

describe("the fake server", () => {
  it("has no field that the real one has not, lacks none, and gives them the same types", async () => {
    const real = recordedShapes();
    const fake = await fakeShapes();
    const compared = [...fake.keys()].filter((kind) => real.has(kind));
    expect(compared).toEqual(
      expect.arrayContaining([
        "update",
        "update new-message",
        "update update-session",
        "update delete-session",
        "message",
        "message content",
        "versioned",
        "ephemeral activity",
        "ephemeral machine-activity",
        "ephemeral session-event",
        "ephemeral usage",
        "ack update-metadata",
        "item of GET /v1/machines",
        "GET /v3/sessions/:id/messages",
        "item of GET /v3/sessions/:id/messages",
        "POST /v1/sessions/:id/archive",
        "DELETE /v1/sessions/:id",
        "DELETE /v1/sessions/:id refused",
      ]),
    );
    for (const kind of compared) {
      const [fields, expected] = [fieldsOf(fake, kind), fieldsOf(real, kind)];
      expect([kind, [...fields.keys()].toSorted()]).toEqual([kind, [...expected.keys()].toSorted()]);
      for (const [key, types] of fields) {
        const known = expected.get(key) ?? new Set();
        expect([kind, key, [...types].filter((type) => !known.has(type))]).toEqual([kind, key, []]);
      }
    }
  });
});
