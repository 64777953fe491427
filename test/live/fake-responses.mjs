// A stand-in for OpenAI's Responses API on 127.0.0.1, for the real Codex with a provider of its own: <url>/v1, any API key.
// The "model" does what the user's last prompt says, one step a turn, and then answers in words:
//   BASH(command) · ESCALATE(command) · PATCH(file) · ASK · PLAN · AGENT(prompt)    a call of the tool for that
//   PROPOSE(prompt)  a plan in plan mode; that prompt is what "Implement the plan." does then
//   THINK            a thought before the answer        SLOW(seconds)    the second half of the answer comes that much later
//   HTTP(status)     every call fails with that status  QUOTA            the stream fails for want of money
// Any other prompt is answered with `You said: <prompt>`; after tools, with the last tool result.
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";

const stepPattern = /\b(BASH|ESCALATE|PATCH|ASK|PLAN|AGENT)\b(?:\(((?:[^()]|\([^()]*\))*)\))?/gu;
const proposalPattern = /\bPROPOSE\(((?:[^()]|\([^()]*\))*)\)/u;
/** Only an answer of the model has the tags at the beginning of lines. */
const planPattern = /^<proposed_plan>\n([^]*?)\n<\/proposed_plan>$/mu;
let ids = 0;
const newId = (prefix) => `${prefix}_${Date.now().toString(36)}${(ids += 1)}`;

const json = (name, values) => ({ type: "function_call", name, arguments: JSON.stringify(values) });
const options = [
  { label: "Red", description: "warm" },
  { label: "Blue", description: "cold" },
];
const plan = [
  { step: "Look", status: "completed" },
  { step: "Do it", status: "in_progress" },
];
const steps = {
  BASH: (cmd) => json("exec_command", { cmd, yield_time_ms: 30_000 }),
  ESCALATE: (cmd) =>
    json("exec_command", { cmd, sandbox_permissions: "require_escalated", justification: "to see whether it may" }),
  PATCH: (file) => ({
    type: "custom_tool_call",
    name: "apply_patch",
    input: `*** Begin Patch\n*** Add File: ${file}\n+hello\n*** End Patch`,
  }),
  ASK: () =>
    json("request_user_input", { questions: [{ id: "colour", header: "Colour", question: "Which colour?", options }] }),
  PLAN: () => json("update_plan", { plan }),
  AGENT: (message) => json("spawn_agent", { message }),
};

/** Starts it on a free port. `texts` collects every text of a user the model was sent; `requests` every body. */
export async function startFakeResponses() {
  const seen = { texts: [], requests: [], arrivals: new EventEmitter() };
  const { texts, requests } = seen;
  const asked = async (text) => {
    while (!texts.includes(text)) await once(seen.arrivals, "request");
  };
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
  return { url: `http://127.0.0.1:${server.address().port}/v1`, texts, requests, asked, close };
}

async function answer(raw, { request, response, seen }) {
  if (request.method !== "POST" || !request.url.endsWith("/responses")) return sendJson(response, 404, {});
  const body = JSON.parse(raw);
  seen.requests.push(body);
  seen.texts.push(...body.input.filter(isPrompt).map(textOf));
  seen.arrivals.emit("request");
  const scene = situation(body.input);
  const status = /\bHTTP\((\d+)\)/u.exec(scene.prompt)?.[1];
  if (status !== undefined)
    return sendJson(response, Number(status), { error: { message: "made to fail", type: "server_error" } });
  await stream(response, { model: body.model, item: replyTo(scene, body.tools ?? []), prompt: scene.prompt });
}

/** What Codex adds to a prompt stands in tags of its own. */
function isPrompt(item) {
  return item.role === "user" && !/^\s*(?:<(?!image)|# AGENTS)/u.test(textOf(item));
}

function textOf({ content, output }) {
  const parts = [content ?? output ?? ""].flat();
  return parts.map((part) => (typeof part === "string" ? part : (part.text ?? ""))).join("\n");
}

/** The last prompt of the user, and what came after it. */
function situation(input) {
  const at = input.findLastIndex(isPrompt);
  const results = input.slice(at + 1).filter(({ type }) => type?.endsWith("_output"));
  const prompt = at === -1 ? "" : textOf(input[at]);
  const plans = input.slice(0, at).flatMap((item) => planPattern.exec(textOf(item))?.[1] ?? []);
  return { prompt: prompt === "Implement the plan." ? (plans.at(-1) ?? prompt) : prompt, results };
}

function replyTo({ prompt, results }, tools) {
  const proposed = proposalPattern.exec(prompt)?.[1];
  if (proposed !== undefined) return messageOf(`Here it is.\n<proposed_plan>\n${proposed}\n</proposed_plan>\n`);
  const found = [...prompt.matchAll(stepPattern)].map(([, name, argument]) => steps[name](argument));
  const step = found[results.length];
  if (step !== undefined)
    return { ...step, ...namespaceOf(step, tools), id: newId("fc"), call_id: newId("call"), status: "completed" };
  const last = results.at(-1);
  return messageOf(last === undefined ? `You said: ${prompt}` : `Tool result: ${textOf(last)}`);
}

function messageOf(text) {
  const content = [{ type: "output_text", text, annotations: [] }];
  return { type: "message", id: newId("msg"), role: "assistant", status: "completed", content };
}

/** Some tools are offered in groups, and called with the name of the group. */
function namespaceOf({ name }, tools) {
  const group = tools.find((offered) => offered.tools?.some((tool) => tool.name === name));
  return group === undefined ? {} : { namespace: group.name };
}

async function stream(response, { model, item, prompt }) {
  const id = newId("resp");
  const event = (type, more) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" });
  event("response.created", { response: { id, model, status: "in_progress", output: [] } });
  if (/\bQUOTA\b/u.test(prompt)) {
    const error = { code: "insufficient_quota", message: "You exceeded your current quota." };
    event("response.failed", { response: { id, model, status: "failed", error } });
    return response.end();
  }
  if (/\bTHINK\b/u.test(prompt)) {
    const summary = [{ type: "summary_text", text: "**Thinking about it**" }];
    event("response.output_item.done", { output_index: 0, item: { type: "reasoning", id: newId("rs"), summary } });
  }
  event("response.output_item.added", {
    output_index: 1,
    item: item.type === "message" ? { ...item, content: [] } : item,
  });
  if (item.type === "message") await speak(event, item, Number(/\bSLOW\((\d+)\)/u.exec(prompt)?.[1] ?? 0));
  event("response.output_item.done", { output_index: 1, item });
  const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
  event("response.completed", { response: { id, model, status: "completed", output: [item], usage } });
  response.end();
}

async function speak(event, { id, content }, seconds) {
  const [{ text }] = content;
  const half = Math.ceil(text.length / 2);
  const say = (delta) => event("response.output_text.delta", { item_id: id, output_index: 1, content_index: 0, delta });
  say(text.slice(0, half));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  say(text.slice(half));
}

function sendJson(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
