// A stand-in for Anthropic's Messages API on 127.0.0.1, for the real CLI: ANTHROPIC_BASE_URL=<url> and any API key.
// The "model" does what the user's last prompt says, one step a turn, and then answers in words:
//   BASH(command) · BACKGROUND(command) · WRITE(absolute path) · AGENT(prompt) · ASK · PLAN    a call of that tool
//   PLANFILE         writes the file that plan mode names
//   SLOW(seconds)    the answer takes that long        HTTP(status)    every call fails with that status
// Any other prompt is answered with `You said: <prompt>`; after tools, with the last tool result.
import { createServer } from "node:http";

const stepPattern = /\b(BASH|BACKGROUND|WRITE|AGENT|ASK|PLAN|PLANFILE)\b(?:\(((?:[^()]|\([^()]*\))*)\))?/gu;
let ids = 0;
const newId = (prefix) => `${prefix}_${Date.now().toString(36)}${(ids += 1)}`;

const question = {
  question: "Which colour?",
  header: "Colour",
  multiSelect: false,
  options: [
    { label: "Red", description: "warm" },
    { label: "Blue", description: "cold" },
  ],
};

const calls = {
  BASH: (command) => ["Bash", { command, description: "Run it" }],
  BACKGROUND: (command) => ["Bash", { command, description: "Run it behind", run_in_background: true }],
  WRITE: (path) => ["Write", { file_path: path, content: "hello\n" }],
  AGENT: (prompt) => ["Agent", { description: "Look around", prompt, subagent_type: "general-purpose" }],
  ASK: () => ["AskUserQuestion", { questions: [question] }],
  PLAN: () => ["ExitPlanMode", { plan: "# Plan\n\n1. Do it\n" }],
  PLANFILE: (_, { planPath }) => ["Write", { file_path: planPath, content: "# Plan\n\n1. Do it\n" }],
};

/** Starts it on a free port. `texts` collects every text block the model was sent. */
export async function startFakeAnthropic() {
  const texts = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => void answer(Buffer.concat(chunks).toString("utf8"), { request, response, texts }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, texts, close };
}

async function answer(raw, { request, response, texts }) {
  if (request.method !== "POST" || !request.url.startsWith("/v1/messages")) return sendJson(response, 404, {});
  const body = JSON.parse(raw);
  if (request.url.includes("count_tokens")) return sendJson(response, 200, { input_tokens: raw.length >> 2 });
  const scene = situation(body.messages);
  texts.push(...body.messages.flatMap((message) => textsOf(message.content)));
  const failure = /\bHTTP\((\d+)\)/u.exec(scene.prompt);
  if (failure !== null) {
    const error = { type: "api_error", message: "made to fail" };
    return sendJson(response, Number(failure[1]), { type: "error", error });
  }
  const content = body.tools?.length > 0 ? reply(scene) : [{ type: "text", text: "a title" }];
  const seconds = Number(/\bSLOW\((\d+)\)/u.exec(scene.prompt)?.[1] ?? 0);
  await stream(response, { model: body.model, content, seconds });
}

/** The last prompt of the user, and what came after it. */
function situation(messages) {
  const isPrompt = ({ role, content }) =>
    role === "user" && !blocksOf(content).some(({ type }) => type === "tool_result");
  const at = messages.findLastIndex((message) => isPrompt(message) && textsOf(message.content).length > 0);
  const later = messages.slice(at + 1);
  const results = later.flatMap(({ content }) => blocksOf(content)).filter(({ type }) => type === "tool_result");
  return {
    prompt: at === -1 ? "" : textsOf(messages[at].content).join("\n"),
    turns: later.filter(({ role }) => role === "assistant").length,
    lastResult: results.at(-1),
    planPath: /\/[^\s"'`\\]+\/plans\/[\w.-]+\.md/u.exec(JSON.stringify(messages))?.[0],
  };
}

function blocksOf(content) {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** The user's own texts: the CLI adds reminders of its own. */
function textsOf(content) {
  const texts = blocksOf(content).flatMap((block) => (block.type === "text" ? [block.text] : []));
  return texts.filter((text) => !text.startsWith("<system-reminder>"));
}

function reply(scene) {
  const { prompt, turns, lastResult } = scene;
  const steps = [...prompt.matchAll(stepPattern)].map(([, name, argument]) => calls[name](argument, scene));
  const step = steps[turns];
  if (step !== undefined) return [{ type: "tool_use", id: newId("toolu"), name: step[0], input: step[1] }];
  if (lastResult === undefined) return [{ type: "text", text: `You said: ${prompt}` }];
  return [{ type: "text", text: `Tool result: ${textsOf(lastResult.content ?? "").join("\n")}` }];
}

async function stream(response, { model, content, seconds }) {
  const usage = { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 5 };
  const send = (type, data) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const message = {
    id: newId("msg"),
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    usage,
  };
  send("message_start", { message });
  for (const [index, block] of content.entries()) {
    const isText = block.type === "text";
    send("content_block_start", {
      index,
      content_block: isText ? { type: "text", text: "" } : { ...block, input: {} },
    });
    const pieces = isText ? (block.text.match(/[^]{1,4000}/gu) ?? []) : [JSON.stringify(block.input)];
    for (const piece of pieces) {
      const delta = isText ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
      send("content_block_delta", { index, delta });
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    send("content_block_stop", { index });
  }
  const stop_reason = content.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn";
  send("message_delta", { delta: { stop_reason, stop_sequence: null }, usage });
  send("message_stop", {});
  response.end();
}

function sendJson(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
