import { describe, expect, it } from "vitest";
import type { Ask } from "../../../runners/codex/ask.ts";
import { decodeAsk } from "../../../runners/codex/decode-ask.ts";
import type { Decision } from "../../../src/domain/decision.ts";

const where = { id: "ask-1", cwd: "/work", patches: new Map() };
const once: Decision = { kind: "approve", scope: "once" };
const session: Decision = { kind: "approve", scope: "session" };
const deny: Decision = { kind: "deny", reason: "no" };
const stop: Decision = { kind: "deny", reason: "no", interrupt: true };
const dismiss: Decision = { kind: "dismiss", reason: "gone" };

function asked(method: string, params: unknown): Ask {
  const ask = decodeAsk(method, params, where);
  if (ask === undefined) throw new Error(`${method} is not asked`);
  return ask;
}

describe("an approval", () => {
  it.each(["item/commandExecution/requestApproval", "item/fileChange/requestApproval"])(
    "of %s has Codex's answers",
    (method) => {
      const { answer } = asked(method, { command: "/bin/bash -lc 'ls'" });
      const decisions = [once, session, deny, stop, dismiss].map((decision) => answer(decision)["decision"]);
      expect(decisions).toEqual(["accept", "acceptForSession", "decline", "cancel", "decline"]);
      expect(answer({ kind: "answers", answers: {} })).toEqual({ decision: "decline" });
      expect(answer({ kind: "revise", feedback: "x" })).toEqual({ decision: "decline" });
    },
  );

  it("of a command names the host where the network is what is asked for", () => {
    const params = {
      command: "/bin/bash -lc 'curl x'",
      networkApprovalContext: { host: "example.org", protocol: "https" },
    };
    expect(asked("item/commandExecution/requestApproval", params).request).toMatchObject({
      title: "network access to example.org: curl x",
    });
  });

  it("of files is about every one of them, also where one is moved to", () => {
    const changes = [{ path: "/work/a", kind: { type: "update", move_path: "/etc/b" }, diff: "" }];
    const patches = new Map([["call", changes]]);
    const ask = decodeAsk("item/fileChange/requestApproval", { itemId: "call" }, { ...where, patches });
    expect(ask).toMatchObject({ edits: ["/work/a", "/etc/b"], names: ['["edit","/work/a"]', '["edit","/etc/b"]'] });
    const rights = decodeAsk(
      "item/fileChange/requestApproval",
      { itemId: "call", grantRoot: "/" },
      { ...where, patches },
    );
    expect(rights).not.toHaveProperty("edits");
  });

  it("is remembered by what was asked for, and not where that is typed into a program", () => {
    const names = (params: object): unknown => asked("item/commandExecution/requestApproval", params).names;
    const command = { command: "/bin/bash -lc 'ls'", cwd: "/a" };
    expect(names(command)).toEqual(names({ ...command, reason: "again", command: "ls" }));
    expect(names(command)).not.toEqual(names({ ...command, cwd: "/b" }));
    const network = { ...command, networkApprovalContext: { host: "example.org", protocol: "https" } };
    expect(names(network)).toEqual(names({ ...network, command: "curl" }));
    expect(names({ ...command, kind: "writeStdin" })).toEqual([]);
  });

  it("of permissions gives what was asked for, for as long as was said, and otherwise nothing", () => {
    const permissions = { network: { enabled: true }, fileSystem: { read: null, write: ["/etc"] } };
    const ask = asked("item/permissions/requestApproval", { permissions, reason: "why" });
    expect(ask.request).toMatchObject({
      kind: "approval",
      title: "network access, write /etc",
      input: { reason: "why" },
    });
    expect(ask.answer(once)).toEqual({ permissions, scope: "turn" });
    expect(ask.answer(session)).toMatchObject({ scope: "session" });
    expect([deny, stop, dismiss].map(ask.answer)).toEqual(Array(3).fill({ permissions: {}, scope: "turn" }));
    const partial = asked("item/permissions/requestApproval", { permissions: { network: null, fileSystem: {} } });
    expect(partial.answer(once)).toEqual({ permissions: { fileSystem: {} }, scope: "turn" });
  });
});

describe("an MCP server's elicitation", () => {
  const method = "mcpServer/elicitation/request";
  const form = (properties: Readonly<Record<string, unknown>>, more: object = {}): Ask =>
    asked(method, {
      serverName: "demo",
      mode: "form",
      message: "Fill in",
      requestedSchema: { type: "object", properties },
      ...more,
    });

  it("for one of its tools is an approval, which may last where the server lets it", () => {
    const _meta = { codex_approval_kind: "mcp_tool_call", tool_name: "echo", tool_params: { text: "a" } };
    const ask = form({}, { _meta, message: "Allow echo?" });
    expect(ask.request).toEqual({
      kind: "approval",
      id: "ask-1",
      tool: "echo",
      title: "Allow echo?",
      input: { text: "a" },
      scopes: ["once"],
    });
    expect(ask.answer(once)).toEqual({ action: "accept", content: {}, _meta: null });
    expect([deny, stop, dismiss].map((decision) => ask.answer(decision)["action"])).toEqual([
      "decline",
      "cancel",
      "decline",
    ]);
    const lasting = form({}, { _meta: { ..._meta, persist: ["session", "always"] } });
    expect(lasting.request).toMatchObject({ scopes: ["once", "session"] });
    expect(lasting.answer(session)).toMatchObject({ _meta: { persist: "session" } });
    expect([ask.names, lasting.names]).toEqual([[], ['["tool","demo","echo"]']]);
  });

  it("to open an address shows it", () => {
    const ask = asked(method, {
      serverName: "demo",
      mode: "url",
      message: "Log in",
      url: "https://example.org",
      elicitationId: "e",
    });
    expect(ask.request).toMatchObject({ kind: "approval", title: "Log in https://example.org" });
  });

  it("with a form is questions, and the answers have the types of the form", () => {
    const ask = form({
      name: { type: "string", title: "Your name" },
      age: { type: "integer" },
      sure: { type: "boolean", description: "Sure?" },
      size: { type: "string", enum: ["s", "l"], enumNames: ["Small", "Large"] },
      tags: {
        type: "array",
        items: {
          anyOf: [
            { const: "a", title: "A" },
            { const: "b", title: "B" },
          ],
        },
      },
      empty: { type: "string" },
    });
    if (ask.request.kind !== "question") throw new Error("not a question");
    expect(ask.request.questions.map(({ text }) => text)).toEqual([
      "Your name",
      "age",
      "Sure?",
      "size",
      "tags",
      "empty",
    ]);
    expect(ask.request.questions[3]).toMatchObject({
      options: [{ label: "Small" }, { label: "Large" }],
      allowFreeText: false,
    });
    expect(ask.request.questions[4]).toMatchObject({ multiSelect: true });
    const answers = { name: ["Ada"], age: ["36"], sure: ["No"], size: ["Large"], tags: ["A", "B"] };
    expect(ask.answer({ kind: "answers", answers })).toEqual({
      action: "accept",
      content: { name: "Ada", age: 36, sure: false, size: "l", tags: ["a", "b"] },
      _meta: null,
    });
    expect([once, dismiss].map((decision) => ask.answer(decision)["action"])).toEqual(["decline", "decline"]);
  });
});

describe("a question to the user", () => {
  it("takes chosen labels and free text, and is left without an answer when nobody gives one", () => {
    const options = [{ label: "Red", description: "warm" }, { label: "Blue" }];
    const questions = [
      { id: "colour", header: "Colour", question: "Which colour?", isOther: true, options },
      { id: "name", header: "Name", question: "", isOther: false, options: null },
    ];
    const ask = asked("item/tool/requestUserInput", { questions });
    expect(ask.request).toEqual({
      kind: "question",
      id: "ask-1",
      questions: [
        { id: "colour", text: "Which colour?", options, multiSelect: false, allowFreeText: true },
        { id: "name", text: "Name", options: [], multiSelect: false, allowFreeText: true },
      ],
    });
    const answers = { colour: ["Blue"], name: ["Ada"] };
    expect(ask.answer({ kind: "answers", answers })).toEqual({
      answers: { colour: { answers: ["Blue"] }, name: { answers: ["Ada"] } },
    });
    expect([once, deny, dismiss].map(ask.answer)).toEqual(Array(3).fill({ answers: {} }));
  });
});

it("anything else is not for the user", () => {
  expect(decodeAsk("attestation/generate", {}, where)).toBeUndefined();
});
