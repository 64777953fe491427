import { describe, expect, it } from "vitest";
import { decisionRequest, lastingRules, replyTo } from "../../../runners/opencode/ask.ts";
import type { PermissionEvent, QuestionEvent } from "../../../runners/opencode/events.ts";
import { decodeEvent } from "../../../runners/opencode/schema.ts";

function asked(type: string, properties: Readonly<Record<string, unknown>>): PermissionEvent | QuestionEvent {
  const event = decodeEvent(JSON.stringify({ type, properties: { id: "id_1", sessionID: "ses_1", ...properties } }));
  if (event?.type !== "permission" && event?.type !== "question") throw new Error("nothing is asked");
  return event;
}

function permission(name: string, more: Readonly<Record<string, unknown>> = {}): PermissionEvent {
  const event = asked("permission.asked", { permission: name, ...more });
  if (event.type !== "permission") throw new Error("not a permission");
  return event;
}

const bash = permission("bash", {
  patterns: ["touch a"],
  always: ["touch *"],
  metadata: { command: "touch /work/a" },
});
const question = asked("question.asked", {
  questions: [
    {
      question: "Which?",
      header: "W",
      options: [{ label: "A", description: "first" }, { label: "B" }],
      multiple: true,
    },
    { header: "Why", options: "none", custom: false },
    { odd: true },
  ],
});

const here = { cwd: "/work", call: {} };

describe("what the engine asks", () => {
  it("is an approval, for the session where the engine says what that would allow", () => {
    expect(decisionRequest(bash, here)).toEqual({
      kind: "approval",
      id: "id_1",
      tool: "bash",
      title: "touch a",
      input: { command: "touch /work/a", permission: "bash", patterns: ["touch a"], always: ["touch *"], cwd: "/work" },
      scopes: ["once", "session"],
    });
    expect(decisionRequest(permission("bash"), here)).toMatchObject({ title: "bash", scopes: ["once"] });
  });

  it.each([
    [permission("edit", { patterns: ["work/src/a.ts"], metadata: { filepath: "/work/src/a.ts" } }), "src/a.ts"],
    [permission("edit", { patterns: ["a.ts"] }), "a.ts"],
    [permission("edit", { metadata: { files: [{ filePath: "/work/a" }, { filePath: "/work/b" }] } }), "2 files"],
    [permission("edit"), "edit"],
    [permission("external_directory", { patterns: ["/etc/*"] }), "outside the project: /etc/*"],
    [permission("webfetch", { patterns: ["https://example.org"] }), "webfetch: https://example.org"],
    [
      permission("doom_loop", { patterns: ["bash"] }),
      "go on, although bash was called three times with the same input",
    ],
    [permission("brand_new"), "brand_new"],
  ])("has one line for people", (event, title) => {
    expect(decisionRequest(event, here)).toMatchObject({ title });
  });

  it("is a list of questions, none of which is lost", () => {
    expect(decisionRequest(question, here)).toEqual({
      kind: "question",
      id: "id_1",
      questions: [
        {
          id: "0",
          text: "Which?",
          multiSelect: true,
          allowFreeText: true,
          options: [{ label: "A", description: "first" }, { label: "B" }],
        },
        { id: "1", text: "Why", multiSelect: false, allowFreeText: false, options: [] },
        { id: "2", text: "?", multiSelect: false, allowFreeText: true, options: [] },
      ],
    });
  });
});

describe("the answer", () => {
  const path = "/permission/id_1/reply";

  it.each([
    [{ kind: "approve", scope: "once" }, { reply: "once" }],
    [{ kind: "approve", scope: "session" }, { reply: "always" }],
    [
      { kind: "deny", reason: "no" },
      { reply: "reject", message: "no" },
    ],
    [
      { kind: "deny", reason: " " },
      { reply: "reject", message: "The user refused this." },
    ],
    [{ kind: "deny", reason: "no", interrupt: true }, { reply: "reject" }],
    [
      { kind: "dismiss", reason: "nobody is there" },
      { reply: "reject", message: "nobody is there" },
    ],
    [
      { kind: "revise", feedback: "smaller" },
      { reply: "reject", message: "smaller" },
    ],
    [
      { kind: "answers", answers: {} },
      { reply: "reject", message: "The user did not approve." },
    ],
  ] as const)("to a permission, %j, is %j", (decision, body) => {
    expect(replyTo(bash, decision)).toEqual({ path, body });
  });

  it("to questions is in their order, empty where there is none", () => {
    expect(replyTo(question, { kind: "answers", answers: { 0: ["A", "B"], 2: ["because"] } })).toEqual({
      path: "/question/id_1/reply",
      body: { answers: [["A", "B"], [], ["because"]] },
    });
  });

  it("lets the model go on when nobody answers, and ends the run only when that is wanted", () => {
    expect(replyTo(question, { kind: "dismiss", reason: "nobody is there" })).toMatchObject({
      path: "/question/id_1/reply",
      body: { answers: [["nobody is there"], ["nobody is there"], ["nobody is there"]] },
    });
    expect(replyTo(question, { kind: "deny", reason: "", interrupt: true })).toEqual({
      path: "/question/id_1/reject",
      body: {},
    });
  });

  it("that holds for the session is written down as rules of it", () => {
    expect(lastingRules(bash)).toEqual({ permission: [{ permission: "bash", pattern: "touch *", action: "allow" }] });
  });
});
