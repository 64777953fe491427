import { readFile } from "node:fs/promises";
import { z } from "zod";
import { complete } from "../../../runners/heddle/complete.ts";
import { cancelled, exitFailure, type Failure } from "../../../runners/heddle/failure.ts";
import { sessionOf } from "../../../runners/heddle/open-worker.ts";
import { decodeLine } from "../../../runners/heddle/schema.ts";
import { initialState, type RunState } from "../../../runners/heddle/state.ts";
import { translate, translateMalformed } from "../../../runners/heddle/translate.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";

export const fixturesUrl: URL = new URL("../../../fixtures/heddle/", import.meta.url);

/** What became of one request of a recording: the session that `init` began, or why not; the events of the run that a `send` is. */
export type Exchange =
  | { readonly request: "init"; readonly id: string; readonly outcome: string | Failure | undefined }
  | { readonly request: "send"; readonly id: string; readonly events: readonly TakopiEvent[] };

const record = z.object({
  dir: z.enum(["in", "out", "err", "exit", "note"]),
  json: z.unknown().optional(),
  raw: z.string().optional(),
  code: z.number().nullish(),
  signal: z.string().optional(),
});
type Recorded = z.infer<typeof record>;
const sent = z.object({ type: z.string(), id: z.string(), target_id: z.string().optional() });

/** A send as it goes on. */
interface OpenSend {
  readonly id: string;
  state: RunState;
  readonly events: TakopiEvent[];
  isCancelled: boolean;
}

/** An `init` and what became of it so far. */
interface OpenInit {
  readonly id: string;
  outcome: string | Failure | undefined;
}

/** The exchanges of a recording, each read to the end of it. */
export async function replay(name: string): Promise<readonly Exchange[]> {
  const inits: OpenInit[] = [];
  const sends: OpenSend[] = [];
  const records = await readRecording(name);
  for (const recorded of records) {
    if (recorded.dir === "in") ask({ inits, sends }, recorded);
    if (recorded.dir !== "out") continue;
    for (const send of sends) hear(send, recorded);
    answerInit(inits, recorded);
  }
  const exit = records.find(({ dir }) => dir === "exit");
  return [
    ...inits.map(({ id, outcome }) => ({ request: "init", id, outcome }) as const),
    ...sends.map(
      (send) => ({ request: "send", id: send.id, events: [...send.events, ...lastOf(send, exit)] }) as const,
    ),
  ];
}

function ask({ inits, sends }: { inits: OpenInit[]; sends: OpenSend[] }, { json }: Recorded): void {
  const request = sent.safeParse(json).data;
  if (request?.type === "init") inits.push({ id: request.id, outcome: undefined });
  if (request?.type === "send") sends.push(openSend(request.id, inits.at(-1)?.outcome));
  if (request?.type === "cancel") markCancelled(sends, request.target_id);
}

async function readRecording(name: string): Promise<readonly Recorded[]> {
  const text = await readFile(new URL(`${name}.jsonl`, fixturesUrl), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => record.parse(JSON.parse(line)));
}

function openSend(id: string, session: string | Failure | undefined): OpenSend {
  const named = typeof session === "string" ? { session } : {};
  const state = initialState({ engine: "heddle", cwd: "/home/user/project", sendId: id, ...named });
  return { id, state, events: [], isCancelled: false };
}

function markCancelled(sends: readonly OpenSend[], id: string | undefined): void {
  const target = sends.find((send) => send.id === id);
  if (target !== undefined) target.isCancelled = true;
}

function hear(send: OpenSend, { json, raw }: Recorded): void {
  const text = raw ?? JSON.stringify(json);
  const message = decodeLine(text);
  const step = message === undefined ? translateMalformed(send.state, text) : translate(send.state, message);
  send.state = step.state;
  send.events.push(...step.events);
}

function answerInit(inits: readonly OpenInit[], { json }: Recorded): void {
  const message = decodeLine(JSON.stringify(json));
  if (message?.type !== "init_ok" && message?.type !== "result") return;
  const init = inits.find(({ id, outcome }) => id === message.id && outcome === undefined);
  if (init !== undefined) init.outcome = sessionOf(message);
}

function lastOf({ state, isCancelled }: OpenSend, exit: Recorded | undefined): readonly TakopiEvent[] {
  if (state.result !== undefined) return complete(state);
  if (isCancelled) return complete(state, cancelled);
  const ending =
    exit?.signal === undefined
      ? ({ kind: "exited", code: exit?.code ?? 0 } as const)
      : ({ kind: "signalled", signal: exit.signal } as const);
  return complete(state, exitFailure(ending, { stderr: "", complaint: state.complaint }));
}
