import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { runGroups } from "../../src/wire/cgroup.ts";
import { endRecordedProcesses } from "../../src/wire/process-tree.ts";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { isRunning, nextLine, requestFor } from "./programs.ts";

// What hears no signal is given 3 s; several such families at once on few cores.
vi.setConfig({ testTimeout: 30_000 });

const kinds = [
  "in a group of its own",
  "in a session of its own",
  "left to init",
  "left to init without its environment",
  "left to init, deaf to signals and without its environment",
  "starting another one when told to end",
] as const;
const endless = "starting another one and leaving, over and over";

const ends: Readonly<Record<string, { readonly engine: "stay" | "crash"; readonly end: End }>> = {
  "the run is cancelled": { engine: "stay", end: async ({ child }) => void (await child.stop({ termGraceMs: 300 })) },
  "the engine crashed": { engine: "crash", end: async ({ child }) => void (await child.stop({ termGraceMs: 300 })) },
  "the bot was killed and started again": { engine: "stay", end: endRecorded },
  "the bot was killed, its engine ended, and the bot was started again": { engine: "crash", end: endRecorded },
};

describe.concurrent.each(Object.entries(ends))("when %s", (_, { engine, end }) => {
  test.each(kinds)("no process %s is left", async (kind) => {
    await withFamily(kind, engine, end);
  });

  test(`no process ${endless} is left, where there are control groups`, async ({ skip }) => {
    if ((await runGroups()) === undefined) skip("this program may make no control groups here");
    await withFamily(endless, engine, end);
  });
});

interface Family {
  readonly child: Subprocess;
  readonly runId: string;
}

type End = (family: Family) => Promise<void>;

async function withFamily(kind: string, engine: string, end: End): Promise<void> {
  const { runId } = requestFor("family.mjs");
  const tag = `family-${runId}.`;
  const request = { ...requestFor("family.mjs", [kind, tag, engine]), runId };
  const child = await startSubprocess(request);
  try {
    expect(await nextLine(child.lines[Symbol.asyncIterator]())).toBe("ready");
    if (engine === "crash") await child.exited;
    await vi.waitFor(() => expect(tagged(tag, child).length).toBeGreaterThan(0));
    await end({ child, runId });
    expect(tagged(tag)).toEqual([]);
  } finally {
    await child.stop({ termGraceMs: 0 });
    for (const pid of tagged(tag)) process.kill(pid, "SIGKILL");
  }
}

async function endRecorded({ child, runId }: Family): Promise<void> {
  await endRecordedProcesses([{ ...child.identity, runId }]);
}

/** Processes whose command line has the tag, but for the engine that started them. */
function tagged(tag: string, engine?: Subprocess): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== engine?.identity.pid && commandLineOf(pid).includes(tag) && isRunning(pid));
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
