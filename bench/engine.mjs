#!/usr/bin/env node
// Speaks the protocol of Claude Code's CLI. A prompt is `ID ACT NUMBER`; the answer names the id and the moment its line was written.
import { createInterface } from "node:readline";

/** As often as a busy engine reports something. */
const ACTION_EVERY_MS = 200;
const LONG_PARAGRAPHS = 60;
const BIG_CHUNK = "x".repeat(1 << 20);

const sessionId = crypto.randomUUID();
const print = (line) => process.stdout.write(`${JSON.stringify({ session_id: sessionId, ...line })}\n`);

const answered = new Map();

const acts = {
  work: (id, ms) => workFor(ms, () => answer(id)),
  long: (id, ms) => workFor(ms, () => answer(id, longText())),
  ask: (id) => ask(id),
  hang: () => setInterval(() => {}, 2 ** 31 - 1),
  big: async (id, megabytes) => {
    const [before, after] = JSON.stringify({ type: "user", message: { content: [toolResult("t1", "|")] } }).split("|");
    await write(before);
    for (let written = 0; written < megabytes; written += 1) await write(BIG_CHUNK);
    await write(`${after}\n`);
    answer(id);
  },
};

function workFor(ms, whenDone) {
  let steps = 0;
  const timer = setInterval(() => {
    steps += 1;
    const id = `t${steps}`;
    const input = { command: `npm test -- part-${steps}`, description: "Runs a part of the tests" };
    print({ type: "assistant", message: { content: [{ type: "tool_use", id, name: "Bash", input }] } });
    print({ type: "user", message: { content: [toolResult(id, `part ${steps} passed\n`.repeat(20))] } });
  }, ACTION_EVERY_MS);
  setTimeout(() => {
    clearInterval(timer);
    whenDone();
  }, ms);
}

/** The moment of asking is in the command, the moment of the answer in the result. */
function ask(id) {
  const request_id = `r-${id}`;
  const input = { command: `echo ${id} asked at ${Date.now()}` };
  const request = { subtype: "can_use_tool", tool_name: "Bash", tool_use_id: `t-${id}`, input };
  answered.set(request_id, () => answer(id, `answered at ${Date.now()}`));
  print({ type: "control_request", request_id, request });
}

function toolResult(id, content) {
  return { type: "tool_result", tool_use_id: id, content };
}

function answer(id, text = "All of it works.") {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const result = `result ${id} at ${Date.now()}\n\n${text}\n\nend ${id}`;
  print({ type: "result", subtype: "success", is_error: false, result, usage, num_turns: 1 });
}

function longText() {
  const words = "some words of it ".repeat(8).trim();
  return Array.from({ length: LONG_PARAGRAPHS }, (_, index) => `${index + 1}. **Step**: ${words}`).join("\n");
}

function write(text) {
  return new Promise((resolve) => process.stdout.write(text, resolve));
}

function receive(line) {
  if (line.type === "control_response") return answered.get(line.response.request_id)?.();
  if (line.type === "control_request") {
    print({ type: "control_response", response: { subtype: "success", request_id: line.request_id } });
    print({ type: "result", subtype: "error_during_execution", is_error: true, terminal_reason: "aborted_streaming" });
    process.exit(0);
  }
  if (line.type !== "user") return;
  print({ type: "system", subtype: "init", model: "bench-1", cwd: process.cwd(), tools: ["Bash"] });
  const [id, act, number] = line.message.content.split(" ");
  void acts[act](id, Number(number));
}

const input = createInterface({ input: process.stdin, crlfDelay: Infinity });
input.on("line", (line) => receive(JSON.parse(line)));
input.on("close", () => process.exit(0));
