import { readFile } from "node:fs/promises";
import { z } from "zod";
import { complete } from "../../../runners/opencode/complete.ts";
import { exitFailure } from "../../../runners/opencode/failure.ts";
import { hasResult, translateLine } from "../../../runners/opencode/printed-run.ts";
import { decodeEvent } from "../../../runners/opencode/schema.ts";
import { begin, initialState, isSettled, withPrompt, type Step } from "../../../runners/opencode/state.ts";
import { translate } from "../../../runners/opencode/translate.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { ProcessExit } from "../../../src/wire/subprocess.ts";

export const fixturesUrl: URL = new URL("../../../fixtures/opencode/", import.meta.url);

/** What a recording of `opencode run` does not hold: the session that was asked for, and how the process ended. */
export interface Circumstances {
  readonly requested?: string;
  readonly ending?: ProcessExit;
}

const wireRecord = z.object({
  dir: z.string(),
  path: z.string().default(""),
  status: z.number().default(0),
  msg: z.unknown().optional(),
  body: z.unknown().optional(),
});
const session = z.object({ id: z.string() });
type WireRecord = z.infer<typeof wireRecord>;

/** The events of a recorded stream, read as far as a run reads it: until nothing more is to come. */
export async function replay(name: string, circumstances: Circumstances = {}): Promise<readonly TakopiEvent[]> {
  const lines = (await text(`${name}.jsonl`)).split("\n").filter((line) => line !== "");
  return name.startsWith("serve-") ? replayServed(lines) : await replayPrinted(name, lines, circumstances);
}

function replayServed(lines: readonly string[]): readonly TakopiEvent[] {
  const records = lines.map((line) => wireRecord.parse(JSON.parse(line)));
  let step: Step = { state: initialState("/home/user/project"), events: [] };
  for (const [index, record] of records.entries()) {
    const isLast = !records
      .slice(index)
      .some(({ dir, path }) => dir === "http-request" && path.endsWith("/prompt_async"));
    if (step.state.session !== undefined && isSettled(step.state) && isLast) break;
    const { state, events } = applyRecord(step, record);
    step = { state, events: [...step.events, ...events] };
  }
  return [...step.events, ...complete(step.state)];
}

function applyRecord({ state }: Step, { dir, path, status, msg, body }: WireRecord): Step {
  if (dir === "http-response" && path === "/session") return begin(state, session.parse(body).id);
  if (dir === "http-response" && path.endsWith("/prompt_async") && status === 204)
    return { state: withPrompt(state), events: [] };
  const event = dir === "sse" ? decodeEvent(JSON.stringify(msg)) : undefined;
  return event === undefined ? { state, events: [] } : translate(state, event);
}

async function replayPrinted(
  name: string,
  lines: readonly string[],
  { requested, ending = { kind: "exited", code: 0 } }: Circumstances,
): Promise<readonly TakopiEvent[]> {
  const events: TakopiEvent[] = [];
  let state = initialState("/home/user/project", requested);
  for (const line of lines) {
    if (hasResult(state)) break;
    const step = translateLine(state, { kind: "line", text: line });
    state = step.state;
    events.push(...step.events);
  }
  if (hasResult(state) || state.failure !== undefined) return [...events, ...complete(state)];
  const stderr = await text(`${name}.stderr.txt`).catch(() => "");
  return [...events, ...complete(state, exitFailure(ending, stderr, requested))];
}

async function text(file: string): Promise<string> {
  return await readFile(new URL(file, fixturesUrl), "utf8");
}
