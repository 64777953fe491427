import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { complete } from "../../../runners/codex/complete.ts";
import { decodeExecLine } from "../../../runners/codex/decode-exec.ts";
import { decodeNotification, decodeThread, decodeTurnId } from "../../../runners/codex/decode-notification.ts";
import { exitFailure } from "../../../runners/codex/failure.ts";
import type { CodexMessage } from "../../../runners/codex/messages.ts";
import { initialState, isSettled, leavePlan } from "../../../runners/codex/state.ts";
import { translate } from "../../../runners/codex/translate.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { ProcessExit } from "../../../src/wire/subprocess.ts";

export const fixturesUrl: URL = new URL("../../../fixtures/codex/", import.meta.url);

/** What a recording does not hold: the session that was asked for, and how the process ended. */
export interface Circumstances {
  readonly requested?: string;
  readonly exit?: ProcessExit;
  /** Its plans were asked for, and approved. */
  readonly isPlanning?: boolean;
}

/** The events of a recorded stream, read as far as a run reads it: until nothing more is to come. */
export async function replay(name: string, circumstances: Circumstances = {}): Promise<readonly TakopiEvent[]> {
  const { requested, exit = { kind: "exited", code: 0 }, isPlanning = false } = circumstances;
  const events: TakopiEvent[] = [];
  let state = initialState({ cwd: "/home/user/project", requested, isPlanning });
  for (const message of await readRecording(name)) {
    if (isSettled(state)) break;
    const step = translate(state, message);
    state = step.state.proposal === undefined ? step.state : leavePlan(step.state, false);
    events.push(...step.events);
  }
  const failure = isSettled(state) ? state.failure : exitFailure(exit, await readStderr(name), requested);
  return [...events, ...complete(state, failure)];
}

async function readRecording(name: string): Promise<readonly CodexMessage[]> {
  const lines = (await readFile(new URL(`${name}.jsonl`, fixturesUrl), "utf8"))
    .split("\n")
    .filter((line) => line !== "");
  return name.startsWith("as-") ? readDialogue(lines) : lines.map(decodeKnown);
}

function decodeKnown(line: string): CodexMessage {
  const message = decodeExecLine(line);
  if (message === undefined) throw new Error(`not a message of codex: ${line}`);
  return message;
}

const wireRecord = z.object({
  dir: z.string(),
  // Text that is not JSON was sent, too.
  msg: z
    .looseObject({
      id: z.number().optional(),
      method: z.string().optional(),
      params: z.unknown().optional(),
      result: z.unknown().optional(),
    })
    .optional()
    .catch(undefined),
});

/** What came from the app-server: notifications, and the answers that name the session and the turn. */
function readDialogue(lines: readonly string[]): readonly CodexMessage[] {
  const asked = new Map<number, string>();
  return lines.flatMap((line): readonly CodexMessage[] => {
    const { dir, msg } = wireRecord.parse(JSON.parse(line));
    if (msg === undefined) return [];
    const { id, method, params, result } = msg;
    if (dir === "send" && id !== undefined && method !== undefined) asked.set(id, method);
    if (dir !== "recv") return [];
    if (method !== undefined) return id === undefined ? [decodeNotification(method, params)] : [];
    return decodeAnswer(asked.get(id ?? -1) ?? "", result);
  });
}

function decodeAnswer(method: string, result: unknown): readonly CodexMessage[] {
  if (method === "thread/start" || method === "thread/resume") return [decodeThread(result) ?? { type: "quiet" }];
  const turn = method === "turn/start" ? decodeTurnId(result) : undefined;
  return turn === undefined ? [] : [{ type: "turn_started", turn }];
}

async function readStderr(name: string): Promise<string> {
  const url = new URL(`${name}.stderr.txt`, fixturesUrl);
  return existsSync(url) ? await readFile(url, "utf8") : "";
}
