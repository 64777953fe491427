import { readdir, readFile } from "node:fs/promises";
import { z } from "zod";
import { complete } from "../../../runners/happi/complete.ts";
import { exitFailure, explainError } from "../../../runners/happi/failure.ts";
import { begin, initialState, type Failure, type RunState } from "../../../runners/happi/state.ts";
import { steps } from "../../../src/runner/step.ts";
import { translateLine } from "../../../runners/happi/translate.ts";
import { showWords } from "../../../runners/happi/words.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { ProcessExit } from "../../../src/wire/subprocess.ts";

export const fixturesUrl: URL = new URL("../../../fixtures/happi/", import.meta.url);

/** The names of all recordings, such as `reference/echo`. */
export async function recordings(): Promise<readonly string[]> {
  const files = await readdir(fixturesUrl, { recursive: true });
  return files
    .filter((file) => file.endsWith(".json") && !file.endsWith(".events.json"))
    .map((file) => file.slice(0, -".json".length))
    .toSorted();
}

const recording = z.object({
  stdin: z.array(z.string()),
  stdout: z.array(z.string()),
  stderr: z.string(),
  exit: z.number().nullable(),
  signal: z.string().nullable(),
});

/** The run of a recording, as the pure part of the runner sees it. The first line that was sent is its envelope. */
export async function replay(name: string): Promise<readonly TakopiEvent[]> {
  const { stdin, stdout, stderr, exit, signal } = recording.parse(
    JSON.parse(await readFile(new URL(`${name}.json`, fixturesUrl), "utf8")),
  );
  const { id, cmd } = envelopeOf(stdin[0] ?? "");
  const cwd = "/home/user/project";
  const opened = begin(initialState({ engine: "happi", cwd, requestId: id, requested: undefined }), "happi-1");
  let { state } = opened;
  const events = [...opened.events];
  for (const text of stdout) {
    // Words are shown as they come: the recordings know no time.
    const step = steps(state, (next) => translateLine(next, { kind: "line", text }), showWords);
    state = step.state;
    events.push(...step.events);
  }
  const ending: ProcessExit = signal === null ? { kind: "exited", code: exit ?? 0 } : { kind: "signalled", signal };
  return [
    ...events,
    ...complete(
      state,
      failureOf(state, cmd, () => exitFailure(state, ending, stderr)),
    ),
  ];
}

function failureOf({ outcome }: RunState, cmd: string, exited: () => Failure): Failure | undefined {
  if (outcome === undefined) return exited();
  return outcome.type === "error"
    ? explainError(outcome, { engine: "happi", cmd, missingVariable: undefined })
    : undefined;
}

/** Some were recorded without a usable one. */
function envelopeOf(line: string): { readonly id: string; readonly cmd: string } {
  const fallback = { id: "unreadable", cmd: "" };
  try {
    return z.object({ id: z.string().default(fallback.id), cmd: z.string() }).parse(JSON.parse(line));
  } catch {
    return fallback;
  }
}
