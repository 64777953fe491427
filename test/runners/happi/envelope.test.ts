import { describe, expect, it } from "vitest";
import { configSchema } from "../../../runners/happi/config.ts";
import { envelopeOf } from "../../../runners/happi/envelope.ts";
import type { PastTurn, RunRequest } from "../../../src/runner/runner.ts";
import { runRequest } from "../../factories.ts";

const history: readonly PastTurn[] = [
  { prompt: "one", answer: "first" },
  { prompt: "two", answer: "second" },
];

function envelope(
  config: object = {},
  turns: readonly PastTurn[] = [],
  request: Partial<RunRequest> = {},
): Readonly<Record<string, unknown>> {
  const parsed = configSchema.parse({ command: "runtime", ...config });
  return envelopeOf({ request: runRequest({ prompt: "three", ...request }), config: parsed, history: turns });
}

function firstOf(...input: Parameters<typeof envelope>): unknown {
  const { args } = envelope(...input);
  return Array.isArray(args) ? args[0] : undefined;
}

const messages = [
  { role: "user", content: "one" },
  { role: "assistant", content: "first" },
  { role: "user", content: "two" },
  { role: "assistant", content: "second" },
  { role: "user", content: "three" },
];

describe("the envelope", () => {
  it("has the version every runtime takes, the run's id, and what the table says", () => {
    const request = runRequest({ prompt: "hello" });
    const config = {
      cmd: "gemini.chat",
      args: [2],
      flags: { max_tokens: 5 },
      auth: { scheme: "bearer", token: "env:K" },
    };
    expect(envelope(config, [], request)).toEqual({
      v: "happi/1.0",
      id: request.runId,
      cmd: "gemini.chat",
      args: ["hello", 2],
      flags: { max_tokens: 5 },
      auth: { scheme: "bearer", token: "env:K" },
    });
    expect(Object.keys(envelope())).toEqual(["v", "id", "cmd", "args"]);
  });

  it.each(["messages", "prompt", "none"])("is the prompt alone in a new session, with history = %s", (form) => {
    expect(firstOf({ history: form })).toBe("three");
    expect(firstOf({ history: form }, [], { prompt: "" })).toBe("");
  });

  it("names files by their path", () => {
    const attachments = [{ path: "/tmp/a.png", mediaType: "image/png" }];
    expect(firstOf({}, [], { attachments })).toBe("three\nAttached file: /tmp/a.png");
    expect(firstOf({}, [], { attachments, prompt: "" })).toBe("Attached file: /tmp/a.png");
  });
});

describe("earlier turns", () => {
  it("are messages", () => {
    expect(firstOf({}, history)).toEqual({ messages });
  });

  it("are written out before the prompt with history = prompt", () => {
    expect(firstOf({ history: "prompt" }, history)).toBe(
      "What was said before:\n\nUser:\none\n\nAssistant:\nfirst\n\nUser:\ntwo\n\nAssistant:\nsecond\n\nNow answer this:\n\nthree",
    );
  });

  it("are not sent with history = none", () => {
    expect(firstOf({ history: "none" }, history)).toBe("three");
  });

  it("are limited to the latest", () => {
    expect(firstOf({ history_turns: 1 }, history)).toEqual({ messages: messages.slice(2) });
    expect(firstOf({ history: "prompt", history_turns: 1 }, history)).not.toContain("first");
  });

  it("without a prompt or an answer are left out: services refuse empty messages", () => {
    const gaps = [{ prompt: "what?", answer: " \n" }, { prompt: "", answer: "?" }, ...history];
    expect(firstOf({}, gaps)).toEqual({ messages });
    expect(firstOf({}, gaps.slice(0, 2))).toBe("three");
  });
});

describe("the model", () => {
  it("goes along with the messages, also with the first", () => {
    const only = { messages: [{ role: "user", content: "three" }] };
    expect(firstOf({ model: "small" })).toEqual({ model: "small", ...only });
    expect(firstOf({ model: "small" }, history)).toEqual({ model: "small", messages });
  });

  it("of the run comes before that of the table", () => {
    expect(firstOf({ model: "small" }, [], { options: { model: "big" } })).toMatchObject({ model: "big" });
    expect(firstOf({}, [], { options: { model: "big" } })).toMatchObject({ model: "big" });
  });

  it("has no place in a prompt", () => {
    expect(firstOf({ history: "prompt" }, [], { options: { model: "big" } })).toBe("three");
  });
});
