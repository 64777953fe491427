import { readFile } from "node:fs/promises";
import { z } from "zod";
import { complete } from "../../../runners/pi/complete.ts";
import { exitFailure } from "../../../runners/pi/failure.ts";
import { decodeLine } from "../../../runners/pi/schema.ts";
import { expectReply, initialState, isSettled, type RunState, type Step } from "../../../runners/pi/state.ts";
import { translate, translateMalformed } from "../../../runners/pi/translate.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { ProcessExit } from "../../../src/wire/subprocess.ts";

export const fixturesUrl: URL = new URL("../../../fixtures/pi/", import.meta.url);

/** What a recording does not hold: the session that was asked for, and how the process ended. */
export interface Circumstances {
  readonly requested?: string;
  readonly ending?: ProcessExit;
}

/** One line of a recording, as pi printed it, or the id of a prompt that was sent. */
type Recorded = { readonly kind: "printed"; readonly line: string } | { readonly kind: "sent"; readonly id: string };

const wireRecord = z.object({ dir: z.string(), msg: z.unknown().optional() });
const sentPrompt = z.object({ type: z.literal("prompt"), id: z.string() });

/** The events of a recorded stream, read as far as a run reads it: until nothing more is to come. */
export async function replay(name: string, circumstances: Circumstances = {}): Promise<readonly TakopiEvent[]> {
  const events: TakopiEvent[] = [];
  let state = initialState("/home/user/project", circumstances.requested);
  for (const recorded of await readRecording(name)) {
    if (isSettled(state)) break;
    if (recorded.kind === "sent") {
      state = expectReply(state, recorded.id);
      continue;
    }
    const step = translateText(state, recorded.line);
    state = step.state;
    events.push(...step.events);
  }
  return [...events, ...(await lastEvents(state, name, circumstances))];
}

function translateText(state: RunState, text: string): Step {
  const line = decodeLine(text);
  return line === undefined ? translateMalformed(state, text) : translate(state, line);
}

async function lastEvents(state: RunState, name: string, { ending }: Circumstances): Promise<readonly TakopiEvent[]> {
  const hasEnded = state.failure !== undefined || state.activity === "idle" || state.activity === "ending";
  if (hasEnded) return complete(state);
  const stderr = await readFile(new URL(`${name}.stderr.txt`, fixturesUrl), "utf8").catch(() => "");
  return complete(state, exitFailure(ending ?? { kind: "exited", code: 0 }, stderr));
}

async function readRecording(name: string): Promise<readonly Recorded[]> {
  const lines = (await readFile(new URL(`${name}.jsonl`, fixturesUrl), "utf8"))
    .split("\n")
    .filter((line) => line !== "");
  return lines.flatMap((line): readonly Recorded[] => {
    const record = wireRecord.safeParse(JSON.parse(line));
    if (!record.success) return [{ kind: "printed", line }];
    const { dir, msg } = record.data;
    if (dir === "recv") return [{ kind: "printed", line: JSON.stringify(msg) }];
    const sent = sentPrompt.safeParse(msg);
    return dir === "send" && sent.success ? [{ kind: "sent", id: sent.data.id }] : [];
  });
}
