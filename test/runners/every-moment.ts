import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { Runner, RunRequest } from "../../src/runner/runner.ts";
import { attachRecorded, startRecorded } from "../../src/wire/recorded-subprocess.ts";
import { RunDirectory } from "../../src/wire/run-directory.ts";
import type { SubprocessRequest } from "../../src/wire/subprocess.ts";
import { collect, runRequest, type TestHost } from "../factories.ts";

export interface Moments {
  readonly createRunner: () => Runner;
  /** `moment` as in `TakenUp`; undefined for the run that is played to its end. */
  readonly createHost: (moment?: number) => TestHost;
  readonly request: Partial<RunRequest>;
  /** The scripted engine as the runner starts it. */
  readonly launch: Pick<SubprocessRequest, "command" | "args">;
}

/** A run that was taken up, and what its engine was told in all. */
export interface TakenUp {
  /** Behind how many messages to the engine the first program had died. */
  readonly moment: number;
  readonly events: readonly TakopiEvent[];
  readonly told: readonly string[];
  readonly host: TestHost;
}

/**
 * Plays a run to its end, and then once for each message its engine was told: an engine is told only what came before it, as by a
 * program that died there, and the run is taken up. Ends when all of them have ended.
 */
export async function atEveryMoment(
  moments: Moments,
): Promise<{ readonly whole: TakenUp; readonly later: readonly TakenUp[] }> {
  const directory = mkdtempSync(join(tmpdir(), "takopi-whole-"));
  try {
    const whole = await play(moments, directory);
    const all = Array.from({ length: whole.told.length + 1 }, (_, moment) => takeUpAt(moments, directory, moment));
    return { whole, later: await Promise.all(all) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function takeUpAt(moments: Moments, whole: string, moment: number): Promise<TakenUp> {
  const directory = mkdtempSync(join(tmpdir(), "takopi-moment-"));
  const request = runRequest(moments.request);
  const { runId, cwd } = request;
  const child = await startRecorded({ ...moments.launch, runId, cwd, env: environment() }, directory);
  if (child === undefined) throw new Error("nothing was recorded");
  try {
    const record = new RunDirectory(whole);
    const [told, after] = [record.told(), record.toldAfter()];
    const lines = attachRecorded(runId, directory).lines[Symbol.asyncIterator]();
    let read = 0;
    const readUpTo = async (count: number): Promise<void> => {
      for (; read < count; read += 1) await lines.next();
    };
    for (const [index, text] of told.slice(0, moment).entries()) {
      await readUpTo(after[index] ?? 0);
      await child.write(text, after[index]);
    }
    // Behind the last message the engine gets to its end while no program is there.
    if (moment === told.length) await readUpTo(linesIn(whole));
    await lines.return?.();
    copyNotes(whole, directory, moment);
    return await play({ ...moments, request }, directory, moment);
  } finally {
    await child.stop({ termGraceMs: 0 });
    rmSync(directory, { recursive: true });
  }
}

function linesIn(directory: string): number {
  const lines = readFileSync(join(directory, "stdout"), "utf8").split("\n");
  return lines.filter((line) => line !== "").length;
}

async function play(moments: Moments, directory: string, moment?: number): Promise<TakenUp> {
  const host = moments.createHost(moment);
  const request = { ...runRequest(moments.request), record: { directory, isTakenUp: moment !== undefined } };
  const events = await collect(moments.createRunner().run(request, host));
  return { moment: moment ?? 0, events, told: new RunDirectory(directory).told(), host };
}

/** What was noted before the first message that is missing. */
function copyNotes(from: string, to: string, moment: number): void {
  const timeOf = (name: string): bigint => statSync(join(from, name), { bigint: true }).mtimeNs;
  const names = readdirSync(from);
  const next = names.includes(`in.${moment + 1}`) ? timeOf(`in.${moment + 1}`) : undefined;
  for (const name of names.filter((each) => each.startsWith("note.")))
    if (next === undefined || timeOf(name) <= next) copyFileSync(join(from, name), join(to, name));
}

/** The methods and answers that an engine was told, in their order. */
export function methodsOf(told: readonly string[]): readonly string[] {
  return told.map((line) => {
    const message: { readonly method?: string } = JSON.parse(line);
    return message.method ?? "answer";
  });
}

/** Without what differs between two processes of the same engine. */
export function withoutIds(events: readonly TakopiEvent[]): unknown {
  const text = JSON.stringify(events).replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, "<id>");
  return JSON.parse(text);
}

/** However the first program died, the engine is told the same in all, and the run says the same. */
export function expectSame(whole: TakenUp, later: readonly TakenUp[]): void {
  for (const taken of later) {
    const at = `taken up behind message ${taken.moment}`;
    expect(methodsOf(taken.told), at).toEqual(methodsOf(whole.told));
    expect(withoutIds(taken.events), at).toEqual(withoutIds(whole.events));
  }
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
