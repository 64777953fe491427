import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeElicitation } from "../../runners/acp/elicitation.ts";
import { decodePermission } from "../../runners/acp/permission.ts";
import { decodeSessionPage } from "../../runners/acp/session-list.ts";
import { decodeAsk } from "../../runners/codex/decode-ask.ts";
import { decodeThread, decodeTurnId } from "../../runners/codex/decode-notification.ts";
import { decodeThreadList } from "../../runners/codex/session-list.ts";
import { decodeMessage } from "../../runners/happy/client/decode-message.ts";
import { decodeState } from "../../runners/happy/client/session-state.ts";
import { decodeEphemeral, decodeUpdate } from "../../runners/happy/client/updates.ts";
import { initialState, type RunState } from "../../runners/happy/state.ts";
import { translate } from "../../runners/happy/translate.ts";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { isFields } from "../../src/runner/fields.ts";
import { anyJson, anyText, holds } from "./check.ts";
import { engineStreams } from "./engine-streams.ts";

/** Values that look like what belongs there, and are not. */
const wrong = fc.oneof(
  anyJson,
  anyText,
  fc.constantFrom<unknown>(null, [], {}, "", -1, 1e300, true, [null], { type: null }, "__proto__", [[[]]]),
);

/** Another place of the message, chosen by numbers, has another value or none. */
function spoiled(message: unknown, [turn = 0, ...turns]: readonly number[], value: unknown): unknown {
  if (typeof message !== "object" || message === null) return value;
  const keys = Object.keys(message);
  const key = keys[turn % Math.max(1, keys.length)];
  if (key === undefined) return value;
  const entries = Object.entries(message).map(([name, item]): [string, unknown] => [
    name,
    name === key ? (turns.length === 0 ? value : spoiled(item, turns, value)) : item,
  ]);
  return Array.isArray(message) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

const turns = fc.array(fc.nat(30), { minLength: 1, maxLength: 6 });
const spot = fc.record({ at: fc.nat(200), turns, value: wrong });

describe.each(engineStreams.map((stream) => ({ name: stream.name, stream })))("what $name prints", ({ stream }) => {
  const { recordings, events } = stream;
  const recording = fc.constantFrom(...recordings);

  it("has been recorded, and becomes events", () => {
    expect(recordings.length).toBeGreaterThan(0);
    expect(recordings.flatMap(events).length).toBeGreaterThan(3);
  });

  it("may be any text and any JSON", () => {
    holds(
      fc.property(fc.array(fc.oneof(anyText, anyJson), { maxLength: 6 }), (messages) => {
        for (const event of events(messages)) expectWhole(event);
      }),
      300,
    );
  });

  it("may be wrong in any of its fields", () => {
    holds(
      fc.property(recording, fc.array(spot, { minLength: 1, maxLength: 5 }), (messages, spots) => {
        const bad = spots.reduce<readonly unknown[]>(
          (all, { at, turns: way, value }) =>
            all.map((each, index) => (index === at % all.length ? spoiled(each, way, value) : each)),
          messages,
        );
        for (const event of events(bad)) expectWhole(event);
      }),
      250,
    );
  });

  it("loses nothing to what stands between that nobody understands", () => {
    const stranger = fc.oneof(
      anyText.map((text) => `?${text.replace(/[\r\n]/g, "")}`),
      fc.record({ type: fc.constantFrom("brand_new", "hologram"), payload: anyJson }),
    );
    holds(
      fc.property(recording, fc.array(fc.tuple(fc.nat(100), stranger), { maxLength: 4 }), (messages, strangers) => {
        const mixed = [...messages];
        for (const [at, message] of strangers) mixed.splice(at % (mixed.length + 1), 0, message);
        expectAllOf(events(messages), events(mixed));
      }),
      60,
    );
  });
});

it("what engines answer and ask may be anything, too", () => {
  const key = fc.constantFrom(
    "questions",
    "options",
    "toolCall",
    "params",
    "command",
    "t",
    "body",
    "content",
    "ev",
    "role",
    "data",
    "sessions",
    "thread",
    "id",
    "type",
  );
  const typed = fc.dictionary(
    key,
    fc.oneof(
      anyJson,
      fc.constantFrom("session", "output", "codex", "acp", "event", "update", "new-message", "agent"),
      fc.dictionary(key, wrong),
    ),
  );
  const methods = [
    "item/commandExecution/requestApproval",
    "item/fileChange/requestApproval",
    "item/permissions/requestApproval",
    "item/tool/requestUserInput",
    "mcpServer/elicitation/request",
  ];
  holds(
    fc.property(fc.oneof(typed, anyJson), fc.constantFrom(...methods), (value, method) => {
      decodeAsk(method, value, { id: "1", cwd: "/work", patches: new Map() });
      decodeThread(value);
      decodeTurnId(value);
      decodeThreadList(value, "/work");
      decodeSessionPage(value, "acp");
      decodeElicitation(value);
      decodePermission(value);
      decodeUpdate(value);
      decodeEphemeral(value);
      if (!isFields(value)) return;
      decodeState(value);
      let state: RunState = initialState("happy");
      for (const event of decodeMessage(value)) {
        const step = translate(state, event);
        state = step.state;
        for (const each of step.events) expectWhole(each);
      }
    }),
    1500,
  );
});

const kinds = ["command", "tool", "file_change", "web_search", "subagent", "note", "turn", "warning", "telemetry"];

function expectWhole(event: TakopiEvent): void {
  switch (event.type) {
    case "started":
      expect(event.resume.value).toMatch(/\S/);
      return;
    case "action":
      expect(event.action.id).toBeTypeOf("string");
      expect(event.action.title).toBeTypeOf("string");
      expect(kinds).toContain(event.action.kind);
      for (const { path } of event.action.detail.changes ?? []) expect(path).toBeTypeOf("string");
      return;
    case "completed":
      expect(event.answer).toBeTypeOf("string");
      return;
  }
}

/** In their order; more may stand between, and ids that count on may differ. */
function expectAllOf(wanted: readonly TakopiEvent[], found: readonly TakopiEvent[]): void {
  const names = found.map(nameOf);
  let at = 0;
  for (const event of wanted) {
    const next = names.indexOf(nameOf(event), at);
    if (next === -1) expect.fail(`lost: ${nameOf(event)} of ${names.slice(at, at + 5).join("\n")}`);
    at = next + 1;
  }
}

function nameOf(event: TakopiEvent): string {
  return event.type === "action" ? `${event.phase} ${event.action.kind} ${event.action.title}` : event.type;
}
