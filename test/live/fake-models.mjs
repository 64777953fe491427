// A stand-in for two model services on 127.0.0.1, for agents that speak neither Anthropic's nor OpenAI's Chat Completions API:
// OpenAI's Responses API (<url>/v1/responses) and Google's Gemini API (<url>/v1beta/models/…), any API key.
// The "model" does what the user's last prompt says, one step a turn, and then answers in words:
//   BASH(command) · PATCH(file)    a call of the agent's tool for that; PATCH is Codex's way to add a file
//   SLOW(seconds)    the answer takes that long        HTTP(status)    every call fails with that status
// Any other prompt is answered with `You said: <prompt>`; after tools, with `Tools are done.`
import { createServer } from "node:http";

const stepPattern = /\b(BASH|PATCH)\(((?:[^()]|\([^()]*\))*)\)/gu;
let ids = 0;
const newId = (prefix) => `${prefix}_${Date.now().toString(36)}${(ids += 1)}`;

/** The tools that do a step, by name, and all arguments any agent has for them. */
const steps = {
  BASH: (command) => ({ names: ["exec_command", "shell", "run_shell_command"], values: { command, cmd: command } }),
  PATCH: (file) =>
    steps.BASH(`apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: ${file}\n+hello\n*** End Patch\nEOF`),
};

/** Starts it on a free port. `texts` collects every text of a user the model was sent. */
export async function startFakeModels() {
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
  const dialect = request.url.includes("/responses")
    ? openai
    : /:(?:stream)?generateContent/iu.test(request.url)
      ? google
      : undefined;
  if (request.method !== "POST" || dialect === undefined) return sendJson(response, 404, {});
  const body = JSON.parse(raw);
  const turns = dialect.turns(body);
  texts.push(...turns.filter(({ role }) => role === "user").map(({ text }) => text));
  const scene = situation(turns);
  const failure = /\bHTTP\((\d+)\)/u.exec(scene.prompt);
  if (failure !== null) {
    const code = Number(failure[1]);
    return sendJson(response, code, {
      error: { code, message: "made to fail", status: "INTERNAL", type: "server_error" },
    });
  }
  const seconds = Number(/\bSLOW\((\d+)\)/u.exec(scene.prompt)?.[1] ?? 0);
  const tools = dialect.tools(body);
  const reply = tools.length === 0 ? { text: dialect.aside(body) } : replyTo(scene, tools);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  dialect.send(response, {
    reply,
    isStream: body.stream === true || request.url.includes("stream"),
    model: body.model ?? "fake",
  });
}

/** The last prompt of the user, and how many steps came after it. */
function situation(turns) {
  const at = turns.findLastIndex(({ role }) => role === "user");
  return { prompt: turns[at]?.text ?? "", done: turns.slice(at + 1).filter(({ role }) => role === "tool").length };
}

function replyTo({ prompt, done }, tools) {
  const found = [...prompt.matchAll(stepPattern)].map(([, name, argument]) => steps[name](argument));
  const step = found[done];
  const tool = step === undefined ? undefined : tools.find(({ name }) => step.names.includes(name));
  if (tool === undefined) return { text: done > 0 ? "Tools are done." : `You said: ${prompt}` };
  const known = Object.entries(step.values).filter(([key]) => key in (tool.parameters?.properties ?? {}));
  return { call: { name: tool.name, values: Object.fromEntries(known) } };
}

/** What agents add to a prompt stands in tags of its own. */
function isUsers(text) {
  return text.trim() !== "" && !/^\s*(?:<|# AGENTS)/u.test(text);
}

const openai = {
  turns: ({ input }) =>
    input.flatMap((item) => {
      if (item.type?.endsWith("_output")) return [{ role: "tool", text: "" }];
      if (item.role !== "user") return [];
      const texts = [item.content].flat().map((part) => (typeof part === "string" ? part : (part.text ?? "")));
      return texts.filter(isUsers).map((text) => ({ role: "user", text }));
    }),
  tools: ({ tools = [] }) => tools.map(({ name, parameters }) => ({ name, parameters })),
  aside: () => "a title",
  send(response, { reply, model }) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const event = (type, more) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
    const id = newId("resp");
    const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
    const item = openaiItem(reply);
    event("response.created", { response: { id, model, status: "in_progress", output: [] } });
    event("response.output_item.added", {
      output_index: 0,
      item: item.type === "message" ? { ...item, content: [] } : item,
    });
    const delta = { item_id: item.id, output_index: 0, content_index: 0, delta: reply.text };
    if (reply.text !== undefined) event("response.output_text.delta", delta);
    event("response.output_item.done", { output_index: 0, item });
    event("response.completed", { response: { id, model, status: "completed", output: [item], usage } });
    response.end();
  },
};

function openaiItem({ text, call }) {
  if (call === undefined) {
    const content = [{ type: "output_text", text, annotations: [] }];
    return { type: "message", id: newId("msg"), role: "assistant", status: "completed", content };
  }
  const args = JSON.stringify(call.values);
  return {
    type: "function_call",
    id: newId("fc"),
    call_id: newId("call"),
    name: call.name,
    arguments: args,
    status: "completed",
  };
}

const google = {
  turns: ({ contents = [] }) =>
    contents.flatMap(({ role, parts = [] }) => {
      if (parts.some((part) => part.functionResponse !== undefined)) return [{ role: "tool", text: "" }];
      if (role === "model") return [];
      const texts = parts.map(({ text = "" }) => text);
      return texts.filter(isUsers).map((text) => ({ role: "user", text }));
    }),
  tools: ({ tools = [] }) =>
    tools
      .flatMap(({ functionDeclarations = [] }) => functionDeclarations)
      .map((tool) => ({ name: tool.name, parameters: tool.parametersJsonSchema ?? tool.parameters })),
  /** Gemini asks a model who is to speak next, and the like, for an answer in JSON. */
  aside({ generationConfig = {} }) {
    const properties = generationConfig.responseJsonSchema?.properties ?? {};
    const values = Object.entries(properties).map(([key, { type, enum: allowed }]) => [
      key,
      allowed?.[0] ?? asideValue(type),
    ]);
    return JSON.stringify(Object.fromEntries(values));
  },
  send(response, { reply, isStream }) {
    const { text, call } = reply;
    const parts =
      call === undefined ? [{ text }] : [{ functionCall: { id: newId("fc"), name: call.name, args: call.values } }];
    const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };
    const body = { candidates: [{ index: 0, content: { role: "model", parts }, finishReason: "STOP" }], usageMetadata };
    if (!isStream) return sendJson(response, 200, body);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`data: ${JSON.stringify(body)}\n\n`);
  },
};

function asideValue(type) {
  return { boolean: false, number: 1, integer: 1, array: [] }[type] ?? "user";
}

function sendJson(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
