import { readdirSync, readFileSync } from "node:fs";
import { decodeLine } from "../../dist/runners/claude/schema.js";
import { initialState } from "../../dist/runners/claude/state.js";
import { translate } from "../../dist/runners/claude/translate.js";
import { splitLines } from "../../dist/src/wire/lines.js";

const fixturesUrl = new URL("../../fixtures/claude/", import.meta.url);
/** As much as a pipe gives at once. */
const CHUNK_BYTES = 64 * 1024;
const newline = 0x0a;

/** How fast lines become events, against bare JSON.parse over the same bytes. */
export async function measure({ quick }) {
  const { chunks, lines } = recordedOutput(quick ? 10e6 : 50e6);
  const rounds = quick ? 3 : 6;
  const times = { product: [], bare: [] };
  // In turns, so that a disturbance hits both. The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const bare = await timed(() => parseOnly(chunks));
    const product = await timed(() => decodeAndTranslate(chunks));
    if (product.result !== lines || bare.result !== lines) throw new Error("not every line was decoded");
    if (round === 0) continue;
    times.bare.push(bare.ms);
    times.product.push(product.ms);
  }
  const [bare, product] = [Math.min(...times.bare), Math.min(...times.product)];
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const speed = (ms) => `${(bytes / 1e3 / ms).toFixed(0)} MB/s`;
  const detail = `${speed(product)} against ${speed(bare)}, ${lines} lines`;
  return [
    { figure: "decode+translate / JSON.parse", limit: 0.5, atLeast: true, unit: "", value: bare / product, detail },
  ];
}

/** What the recorded runs printed, one after another, as a pipe would give it. */
function recordedOutput(minBytes) {
  const names = readdirSync(fixturesUrl).filter((name) => name.endsWith(".jsonl"));
  const once = names.flatMap((name) =>
    readFileSync(new URL(name, fixturesUrl), "utf8").split("\n").flatMap(printedLine),
  );
  const text = Buffer.from(once.map((line) => `${line}\n`).join(""));
  const times = Math.ceil(minBytes / text.length);
  const all = Buffer.concat(Array.from({ length: times }, () => text));
  const chunks = [];
  for (let start = 0; start < all.length; start += CHUNK_BYTES) chunks.push(all.subarray(start, start + CHUNK_BYTES));
  return { chunks, lines: once.length * times };
}

/** Recordings of both directions wrap each line. */
function printedLine(line) {
  if (line === "") return [];
  const { dir, msg } = JSON.parse(line);
  if (dir === undefined) return [line];
  return dir === "from_cli" ? [JSON.stringify(msg)] : [];
}

async function timed(work) {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAt };
}

async function decodeAndTranslate(chunks) {
  let lines = 0;
  let state = initialState("/home/user/project");
  for await (const output of splitLines(chunks)) {
    const line = decodeLine(output.text);
    // A recording begins: the state of a run does not grow with the length of this measurement.
    if (line.type === "system" && line.subtype === "init") state = initialState("/home/user/project");
    state = translate(state, line).state;
    lines += 1;
  }
  return lines;
}

function parseOnly(chunks) {
  let lines = 0;
  let rest = Buffer.alloc(0);
  for (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      JSON.parse(bytes.toString("utf8", start, end));
      lines += 1;
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  return lines;
}
