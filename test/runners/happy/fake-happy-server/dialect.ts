import { randomBytes } from "node:crypto";

/** How a program words what it says; undefined where it says nothing. */
export interface Dialect {
  turnStart(turn: string): object | undefined;
  turnEnd(turn: string, status: string): object | undefined;
  text(turn: string, text: string, options: { readonly isThought: boolean }): object;
  toolStart(turn: string, call: FakeCall): object;
  toolEnd(turn: string, call: FakeCall): object;
  service(turn: string, text: string): object;
}

export interface FakeCall {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly output: string;
}

/** CLI 1.x. */
export const sessionDialect: Dialect = {
  turnStart: (turn) => envelope(turn, { t: "turn-start" }),
  turnEnd: (turn, status) => envelope(turn, { t: "turn-end", status }),
  text: (turn, text, { isThought }) => ({
    ...envelope(
      turn,
      { t: "text", text, ...(isThought && { thinking: true }) },
      { usage: { input_tokens: 100, output_tokens: 1 } },
    ),
  }),
  toolStart: (turn, { id, name, args }) => {
    const title = `${name} call`;
    return envelope(turn, { t: "tool-call-start", call: id, name, title, description: title, args });
  },
  toolEnd: (turn, { id }) => envelope(turn, { t: "tool-call-end", call: id }),
  service: (turn, text) => envelope(turn, { t: "service", text }),
};

/** CLI 0.x: lines of Claude's log, and no turns. */
export const outputDialect: Dialect = {
  turnStart: () => undefined,
  turnEnd: () => undefined,
  text: (_, text, { isThought }) =>
    assistant(isThought ? { type: "thinking", thinking: text } : { type: "text", text }),
  toolStart: (_, { id, name, args }) => assistant({ type: "tool_use", id, name, input: args }),
  toolEnd: (_, { id, output }) => ({
    role: "agent",
    content: {
      type: "output",
      data: {
        type: "user",
        uuid: newName(),
        message: { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: output }] },
      },
    },
    meta: { sentFrom: "cli" },
  }),
  service: (_, text) => noticePayload(text),
};

export function noticePayload(message: string): object {
  return { role: "agent", content: { id: newName(), type: "event", data: { type: "message", message } } };
}

export function readyPayload(): object {
  return { role: "agent", content: { id: newName(), type: "event", data: { type: "ready" } } };
}

export function newName(): string {
  return randomBytes(12).toString("hex");
}

function envelope(turn: string, ev: object, more: object = {}): object {
  const content = { id: newName(), time: Date.now(), role: "agent", turn, ev, ...more };
  return { role: "session", content, meta: { sentFrom: "cli" } };
}

function assistant(block: object): object {
  const data = { type: "assistant", uuid: newName(), message: { role: "assistant", content: [block] } };
  return { role: "agent", content: { type: "output", data }, meta: { sentFrom: "cli" } };
}
