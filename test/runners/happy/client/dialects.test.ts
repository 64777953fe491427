// What older and newer CLIs say, where no recording has it.
import { describe, expect, it } from "vitest";
import { decodeMessage } from "../../../../runners/happy/client/decode-message.ts";

const codex = (data: object) => decodeMessage({ role: "agent", content: { type: "codex", data } });
const acp = (data: object) => decodeMessage({ role: "agent", content: { type: "acp", provider: "gemini", data } });
const session = (ev: object, more: object = {}) =>
  decodeMessage({ role: "session", content: { role: "agent", turn: "t", ev, ...more } });
const output = (data: object) => decodeMessage({ role: "agent", content: { type: "output", data } });
const event = (data: object) => decodeMessage({ role: "agent", content: { type: "event", data } });

describe("Codex", () => {
  it("says, thinks and calls", () => {
    expect(codex({ type: "message", message: "hello" })).toEqual([{ type: "text", text: "hello", isThought: false }]);
    expect(codex({ type: "reasoning", message: "hm" })).toEqual([{ type: "text", text: "hm", isThought: true }]);
    expect(codex({ type: "tool-call", callId: "c", name: "CodexBash", input: { command: ["ls"] } })).toEqual([
      { type: "tool_start", call: "c", name: "CodexBash", input: { command: ["ls"] } },
    ]);
    expect(codex({ type: "tool-call-result", callId: "c", output: { stdout: "x" } })).toEqual([
      { type: "tool_end", call: "c", output: '{"stdout":"x"}' },
    ]);
    expect(codex({ type: "token_count", total: 1 })).toMatchObject([{ type: "usage" }]);
  });
});

describe("agents of the Agent Client Protocol", () => {
  it("begin, call, edit and end", () => {
    expect(acp({ type: "task_started", id: "1" })).toEqual([{ type: "turn_start", turn: "1" }]);
    expect(acp({ type: "thinking", text: "hm" })).toEqual([{ type: "text", text: "hm", isThought: true }]);
    expect(acp({ type: "tool-result", callId: "c", output: "no", isError: true })).toEqual([
      { type: "tool_end", call: "c", output: "no", isError: true },
    ]);
    expect(acp({ type: "file-edit", filePath: "/a.txt" })).toEqual([{ type: "file", name: "/a.txt" }]);
    expect(acp({ type: "permission-request" })).toEqual([{ type: "quiet" }]);
    expect(acp({ type: "task_complete", id: "1" })).toEqual([{ type: "turn_end", status: "completed", turn: "1" }]);
    expect(acp({ type: "turn_aborted", id: "1" })).toEqual([{ type: "turn_end", status: "cancelled", turn: "1" }]);
  });
});

describe("the session protocol", () => {
  it("has sub-agents, files, and with newer versions what a tool gave", () => {
    expect(session({ t: "start", title: "look" }, { subagent: "s" })).toEqual([
      { type: "subagent_start", title: "look", turn: "t", subagent: "s" },
    ]);
    expect(session({ t: "stop" }, { subagent: "s" })).toEqual([{ type: "subagent_end", turn: "t", subagent: "s" }]);
    expect(session({ t: "file", name: "a.png" })).toEqual([{ type: "file", name: "a.png", turn: "t" }]);
    expect(session({ t: "tool-call-end", call: "c", output: "no", isError: true })).toEqual([
      { type: "tool_end", call: "c", output: "no", isError: true, turn: "t" },
    ]);
  });

  it("tells what somebody typed at the machine as a prompt", () => {
    expect(session({ t: "text", text: "typed" }, { role: "user" })).toEqual([{ type: "prompt", text: "typed" }]);
  });
});

describe("lines of Claude's log", () => {
  it("have several blocks, and those of sub-agents say whose they are", () => {
    const message = {
      content: [
        { type: "thinking", thinking: "hm" },
        { type: "text", text: "hello" },
      ],
      usage: { input_tokens: 1 },
    };
    expect(output({ type: "assistant", parent_tool_use_id: "p", message })).toEqual([
      { type: "text", text: "hm", isThought: true, subagent: "p" },
      { type: "text", text: "hello", isThought: false, subagent: "p" },
      { type: "usage", usage: { input_tokens: 1 } },
    ]);
    const result = { type: "tool_result", tool_use_id: "c", content: [{ type: "text", text: "no" }], is_error: true };
    expect(output({ type: "user", message: { content: [result] } })).toEqual([
      { type: "tool_end", call: "c", output: "no", isError: true },
    ]);
    expect(output({ type: "user", message: { content: "words of the user" } })).toEqual([{ type: "quiet" }]);
    expect(output({ type: "summary" })).toEqual([{ type: "quiet" }]);
  });
});

describe("what is not known", () => {
  it("is counted, and costs its neighbours nothing", () => {
    expect(session({ t: "hologram" }, { usage: { input_tokens: 1 } })).toEqual([
      { type: "unknown", name: "session/hologram" },
      { type: "usage", usage: { input_tokens: 1 } },
    ]);
    const names = [codex({ type: "x" }), acp({}), output({ type: "x" }), event({ type: "x" }), decodeMessage({})].map(
      (says) => says.map((said) => (said.type === "unknown" ? said.name : said.type)),
    );
    expect(names).toEqual([["codex/x"], ["acp/acp"], ["output/x"], ["event/x"], ["message"]]);
    const content = [{ type: "video" }, { type: "text", text: "hello" }];
    expect(output({ type: "assistant", message: { content } })).toMatchObject([
      { type: "unknown", name: "output/video" },
      { type: "text", text: "hello" },
    ]);
  });
});
