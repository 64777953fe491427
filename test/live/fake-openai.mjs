// A stand-in for OpenAI's Chat Completions API on 127.0.0.1, for real CLIs with an OpenAI-compatible provider: <url>/v1, any API key.
// The "model" does what the user's last prompt says, one step a turn, and then answers in words:
//   BASH(command) · WRITE(path) · TASK(prompt) · ASK    a call of that tool, under the name and with the arguments the CLI offers
//   SLOW(seconds)    the answer takes that long        HTTP(status)    every call fails with that status
//   FLAKY(status times)    so many calls of this prompt fail with that status, then it goes on
//   DRAFT · PLAN    writes the plan OpenCode asks for, and asks for its approval; what stands after THEN is done when it has that
// Any other prompt is answered with `You said: <prompt>`; after tools, with the last tool result.
import { createServer } from "node:http";

const stepPattern = /\b(BASH|WRITE|TASK|ASK|DRAFT|PLAN)\b(?:\(((?:[^()]|\([^()]*\))*)\))?/gu;
let ids = 0;
const newId = (prefix) => `${prefix}_${Date.now().toString(36)}${(ids += 1)}`;

const colourQuestion = {
  question: "Which colour?",
  header: "Colour",
  options: [
    { label: "Red", description: "warm" },
    { label: "Blue", description: "cold" },
  ],
};

/** Tool names by step, and all arguments any CLI has for them; only those the offered tool names are sent. */
const steps = {
  BASH: (command) => ({ names: ["bash"], values: { command, description: "Run it" } }),
  WRITE: (path) => ({ names: ["write"], values: { path, filePath: path, content: "hello\n" } }),
  TASK: (prompt) => ({ names: ["task"], values: { prompt, description: "Look into it", subagent_type: "general" } }),
  DRAFT: (_, prompt) => steps.WRITE(/your plan at (\S+\.md)/u.exec(prompt)?.[1] ?? "no-plan.md"),
  PLAN: () => ({ names: ["plan_exit"], values: {} }),
  ASK: () => ({ names: ["question"], values: { questions: [colourQuestion] } }),
};

/** Starts it on a free port. `texts` collects every text of a user the model was sent; `requests` every body. */
export async function startFakeOpenAi() {
  const seen = { texts: [], requests: [], flaky: new Map() };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => void answer(Buffer.concat(chunks).toString("utf8"), { request, response, seen }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const { texts, requests } = seen;
  return { url: `http://127.0.0.1:${server.address().port}/v1`, texts, requests, close };
}

async function answer(raw, { request, response, seen }) {
  if (request.url.endsWith("/models")) return sendJson(response, 200, { object: "list", data: [{ id: "fake-1" }] });
  if (request.method !== "POST" || !request.url.endsWith("/chat/completions")) return sendJson(response, 404, {});
  const body = JSON.parse(raw);
  seen.requests.push(body);
  seen.texts.push(...body.messages.filter(({ role }) => role === "user").map(({ content }) => textOf(content)));
  const scene = situation(body.messages);
  const status = failureOf(scene.prompt, seen.flaky);
  if (status !== undefined) {
    const type = status < 500 ? "invalid_request_error" : "server_error";
    return sendJson(response, status, { error: { message: "made to fail", type, code: null } });
  }
  const seconds = Number(/\bSLOW\((\d+)\)/u.exec(scene.prompt)?.[1] ?? 0);
  await stream(response, { model: body.model, message: reply(scene, body.tools ?? []), seconds });
}

function failureOf(prompt, flaky) {
  const [, status, times = 0] = /\bFLAKY\((\d+) (\d+)\)/u.exec(prompt) ?? [];
  const failed = flaky.get(prompt) ?? 0;
  if (failed < Number(times)) {
    flaky.set(prompt, failed + 1);
    return Number(status);
  }
  const always = /\bHTTP\((\d+)\)/u.exec(prompt)?.[1];
  return always === undefined ? undefined : Number(always);
}

/** The last prompt of the user, and what came after it. */
function situation(messages) {
  const at = messages.findLastIndex(({ role }) => role === "user");
  const later = messages.slice(at + 1);
  return {
    prompt: promptOf(messages.filter(({ role }) => role === "user").map(({ content }) => textOf(content))),
    turns: later.filter(({ role }) => role === "assistant").length,
    lastResult: later.filter(({ role }) => role === "tool").at(-1),
  };
}

function promptOf(texts) {
  const [now, later] = (texts.findLast((text) => text.includes("THEN ")) ?? "").split("THEN ");
  const last = texts.at(-1) ?? "";
  if (later === undefined) return last;
  return last.includes("has been approved") ? later : last.includes("THEN ") ? now : last;
}

function textOf(content) {
  if (typeof content === "string") return content;
  return (content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

function reply({ prompt, turns, lastResult }, tools) {
  const found = [...prompt.matchAll(stepPattern)].map(([, name, argument]) => steps[name](argument, prompt));
  const call = found[turns] === undefined ? undefined : callOf(found[turns], tools);
  if (call !== undefined) return { tool_calls: [{ index: 0, id: newId("call"), type: "function", function: call }] };
  if (lastResult === undefined) return { content: `You said: ${prompt}` };
  return { content: `Tool result: ${textOf(lastResult.content)}` };
}

function callOf({ names, values }, tools) {
  const offered = tools.map((tool) => tool.function).find(({ name }) => names.includes(name));
  if (offered === undefined) return undefined;
  const known = Object.entries(values).filter(([key]) => key in (offered.parameters?.properties ?? {}));
  return { name: offered.name, arguments: JSON.stringify(Object.fromEntries(known)) };
}

async function stream(response, { model, message, seconds }) {
  const id = newId("chatcmpl");
  const send = (more) => {
    const chunk = { id, object: "chat.completion.chunk", created: 0, model, ...more };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const delta = (part, finish_reason = null) => send({ choices: [{ index: 0, delta: part, finish_reason }] });
  response.writeHead(200, { "content-type": "text/event-stream" });
  delta({ role: "assistant", content: "" });
  if (message.tool_calls !== undefined) delta({ tool_calls: message.tool_calls });
  for (const content of message.content?.match(/[^]{1,4000}/gu) ?? []) delta({ content });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  delta({}, message.tool_calls === undefined ? "stop" : "tool_calls");
  send({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
  response.end("data: [DONE]\n\n");
}

function sendJson(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
