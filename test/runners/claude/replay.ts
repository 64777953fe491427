import { readFile } from "node:fs/promises";
import { z } from "zod";
import { complete } from "../../../runners/claude/complete.ts";
import { exitFailure } from "../../../runners/claude/failure.ts";
import { decodeLine } from "../../../runners/claude/schema.ts";
import { initialState, isSettled, oweAnswer, type RunState, type Step } from "../../../runners/claude/state.ts";
import { translate, translateMalformed } from "../../../runners/claude/translate.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { ProcessExit } from "../../../src/wire/subprocess.ts";

export const fixturesUrl: URL = new URL("../../../fixtures/claude/", import.meta.url);

/** What a recording does not hold: the session that was asked for, and how the process ended. */
export interface Circumstances {
  readonly requested?: string;
  readonly ending?: ProcessExit;
  readonly stderr?: string;
}

/** One line of a recording, as the CLI printed it, or the id of a user line that was sent after the first. */
type Recorded = { readonly kind: "printed"; readonly line: string } | { readonly kind: "sent"; readonly uuid: string };

const wireRecord = z.object({ dir: z.string(), msg: z.unknown().optional() });
const sentLine = z.object({ type: z.literal("user"), uuid: z.string().default("none") });

/** The events of a recorded stream, read as far as a run reads it: until nothing more is to come. */
export async function replay(name: string, circumstances: Circumstances = {}): Promise<readonly TakopiEvent[]> {
  const { state, events } = await replayStep(name, circumstances);
  return [...events, ...ending(state, circumstances)];
}

/** The same without its end, and what is known of the run then. */
export async function replayStep(name: string, circumstances: Circumstances = {}): Promise<Step> {
  const events: TakopiEvent[] = [];
  let state = initialState("/home/user/project", circumstances.requested);
  for (const recorded of await readRecording(name)) {
    if (isSettled(state)) break;
    if (recorded.kind === "sent") {
      state = oweAnswer(state, recorded.uuid);
      continue;
    }
    const step = translateText(state, recorded.line);
    state = step.state;
    events.push(...step.events);
  }
  return { state, events };
}

function translateText(state: RunState, text: string): ReturnType<typeof translate> {
  const line = decodeLine(text);
  return line === undefined ? translateMalformed(state, text) : translate(state, line);
}

function ending(state: RunState, circumstances: Circumstances): readonly TakopiEvent[] {
  if (state.failure !== undefined || state.result !== undefined) return complete(state);
  return complete(state, exitFailure(circumstances.ending ?? { kind: "exited", code: 0 }, circumstances.stderr ?? ""));
}

async function readRecording(name: string): Promise<readonly Recorded[]> {
  const lines = (await readFile(new URL(`${name}.jsonl`, fixturesUrl), "utf8"))
    .split("\n")
    .filter((line) => line !== "");
  let prompts = 0;
  return lines.flatMap((line): readonly Recorded[] => {
    const record = wireRecord.safeParse(JSON.parse(line));
    if (!record.success) return [{ kind: "printed", line }];
    const { dir, msg } = record.data;
    if (dir === "from_cli") return [{ kind: "printed", line: JSON.stringify(msg) }];
    const sent = sentLine.safeParse(msg);
    return dir === "to_cli" && sent.success && prompts++ > 0 ? [{ kind: "sent", uuid: sent.data.uuid }] : [];
  });
}
