// An engine inside the bot's own process whose runs take stepped time. A prompt is `ID ACT NUMBER`, as in bench/engine.mjs.
const engine = "stepped";
const ACTION_EVERY_MS = 700;
const LONG_PARAGRAPHS = 60;
const clockKey = Symbol.for("takopi.soak.clock");

/** Whoever starts the bot in the same process says what time it is. */
export function setClock(clock) {
  globalThis[clockKey] = clock;
}

const capabilities = {
  approvals: false,
  questions: false,
  plans: false,
  steer: false,
  interrupt: true,
  images: false,
  model: false,
  effort: [],
  sessions: false,
  fork: false,
  survives: false,
};

export const createBackend = () => ({ id: engine, environment: [], createRunner: () => runner });

const pattern = /^`?stepped --resume (\S+?)`?$/gm;
const runner = {
  engine,
  capabilities,
  formatResume: ({ value }) => `stepped --resume ${value}`,
  extractResume: (text) => {
    const value = [...text.matchAll(pattern)].at(-1)?.[1];
    return value === undefined ? undefined : { engine, value };
  },
  isResumeLine: (line) => new RegExp(pattern.source).test(line),
  run,
};

async function* run({ prompt, resume }, { signal }) {
  const clock = globalThis[clockKey];
  const [id, act, number] = prompt.split(" ");
  const token = resume ?? { engine, value: `s-${id}` };
  yield { type: "started", engine, resume: token };
  const cancelled = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  const end = act === "hang" ? Infinity : clock.now() + Number(number);
  for (let step = 1; clock.now() < end && !signal.aborted; step += 1) {
    const action = { id: `a${step}`, kind: "command", title: `npm test -- part-${step}`, detail: {} };
    yield { type: "action", engine, phase: "started", action };
    await Promise.race([clock.sleep(Math.min(ACTION_EVERY_MS, end - clock.now())), cancelled]);
    yield { type: "action", engine, phase: "completed", action, ok: true };
  }
  const text = act === "long" ? longText() : "All of it works.";
  const answer = `result ${id} at ${clock.now()}\n\n${text}\n\nend ${id}`;
  if (signal.aborted) yield { type: "completed", engine, ok: false, answer: "", error: "cancelled", resume: token };
  else yield { type: "completed", engine, ok: true, answer, resume: token, usage: { output_tokens: 1 } };
}

function longText() {
  const words = "some words of it ".repeat(8).trim();
  return Array.from({ length: LONG_PARAGRAPHS }, (_, index) => `${index + 1}. **Step**: ${words}`).join("\n");
}
