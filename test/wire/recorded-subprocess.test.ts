import { readFileSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runGroups } from "../../src/wire/cgroup.ts";
import { attachRecorded, type RecordedSubprocess, startRecorded } from "../../src/wire/recorded-subprocess.ts";
import { SpawnError, type Subprocess } from "../../src/wire/subprocess.ts";
import { isRunning, marked, nextLine, readLines, requestFor } from "./programs.ts";

let directory: string;
const runIds: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "takopi-record-"));
});

afterEach(async () => {
  expect(runIds.splice(0).flatMap(marked)).toEqual([]);
  await rm(directory, { recursive: true });
});

interface Started {
  readonly child: RecordedSubprocess;
  readonly runId: string;
}

async function start(name: string, args: readonly string[] = []): Promise<Started> {
  const request = requestFor(name, args);
  runIds.push(request.runId);
  const child = await startRecorded(request, directory);
  if (child === undefined) throw new Error("nothing was started");
  return { child, runId: request.runId };
}

/** What a killed program leaves behind is what one leaves behind that does nothing any more. */
function takeUp({ runId }: Started): RecordedSubprocess {
  return attachRecorded(runId, directory);
}

function linesOf(child: Subprocess): AsyncIterator<{ readonly kind: string; readonly text?: string }> {
  return child.lines[Symbol.asyncIterator]();
}

describe("a recorded program", () => {
  it("gives its lines, stderr and exit code", async () => {
    const { child } = await start("exit-with.mjs", ["3"]);
    expect(await readLines(child)).toEqual(["so far so good"]);
    expect(await child.exited).toEqual({ kind: "exited", code: 3 });
    expect(child.stderrTail()).toBe("warning: low on spam\nfatal: out of spam");
    expect(await child.stop()).toEqual({ kind: "exited", code: 3 });
    expect(child.isLost()).toBe(false);
  });

  it("is in the control group of its run from the beginning, with what passes its input on", async ({ skip }) => {
    if ((await runGroups()) === undefined) skip("this program may make no control groups here");
    const { child, runId } = await start("leave-child.mjs", ["ignore", "marked", "stay"]);
    await nextLine(linesOf(child));
    const groups = marked(runId).map((pid) => readFileSync(`/proc/${pid}/cgroup`, "utf8"));
    await child.stop();
    expect(groups.length).toBeGreaterThan(3);
    expect(groups.filter((group) => !group.trimEnd().endsWith(`/takopi-${runId}`))).toEqual([]);
  });

  it("ends with a last line that has no end", async () => {
    const { child } = await start("half-line.mjs");
    expect(await readLines(child)).toEqual(['{"n":1}', '{"n":']);
    await child.stop();
  });

  it("gets what is written in order, however much it is, and then the end", async () => {
    const text = 'spam\r\n\n"eggs" \\ -ü 🐙\u2028'.repeat(10_000);
    const { child } = await start("echo-input.mjs");
    const written = [child.write("first "), child.write(text), child.write(" last")];
    child.endInput();
    const [line = ""] = await readLines(child);
    expect(JSON.parse(line).text).toBe(`first ${text} last`);
    expect(await Promise.all(written)).toEqual([true, true, true]);
    await child.stop();
  });

  it("says false for what a program does not take that has closed its input, and that has ended", async () => {
    const { child } = await start("close-stdin.mjs");
    await linesOf(child).next();
    await child.write("a\n");
    await expect.poll(() => child.write("b\n")).toBe(false);
    await child.stop();
    expect(await child.write("c\n")).toBe(false);
  });

  it("sees neither the environment of this program nor that it is recorded", async () => {
    const { child, runId } = await start("print-environment.mjs", ["--help", "", "a b\n$HOME", "é"]);
    const [line = ""] = await readLines(child);
    expect(JSON.parse(line)).toEqual({
      env: { PATH: process.env["PATH"], TAKOPI_RUN_ID: runId, ...shellOwn },
      args: ["--help", "", "a b\n$HOME", "é"],
      cwd: tmpdir(),
    });
    await child.stop();
  });

  it("is ended with all that belongs to it, also when it hears no signal", async () => {
    const { child, runId } = await start("ignore-signals.mjs", ["SIGTERM"]);
    await linesOf(child).next();
    expect(await child.stop({ termGraceMs: 50 })).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(marked(runId)).toEqual([]);
  });

  it("keeps what it says and hears from other users", async () => {
    const { child } = await start("echo-input.mjs");
    await child.write("secret");
    child.endInput();
    await child.exited;
    const names = await readdir(directory);
    const modes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).mode & 0o077));
    // The shell's own notes hold numbers only.
    const open = names.filter((name, index) => modes[index] !== 0 && !["deaf", "exit"].includes(name));
    expect(open).toEqual([]);
    await child.stop();
  });

  it("that can't be started is an error that says why", async () => {
    const request = { ...requestFor("forever.mjs"), command: "no-such-program" };
    await expect(startRecorded(request, directory)).rejects.toMatchObject({ reason: "not_found" });
    const lost = { ...requestFor("forever.mjs"), cwd: "/no/such/place" };
    const second = join(directory, "second");
    await mkdir(second);
    await expect(startRecorded(lost, second)).rejects.toThrow(SpawnError);
  });

  it("is not recorded where there are no named pipes", async () => {
    await writeFile(join(directory, "bell"), "in the way");
    expect(await startRecorded(requestFor("forever.mjs"), directory)).toBeUndefined();
  });
});

/** What a shell leaves in the environment of its children. */
const shellOwn = { PWD: tmpdir() };

it("a recorded line of 200 MB arrives as one valid event and is never in memory as a whole", async () => {
  const { child } = await start("big-line.mjs", ["200"]);
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 2);
  const [first = "", second = ""] = await readLines(child);
  clearInterval(timer);
  expect(JSON.parse(first)).toMatchObject({ type: "tool", id: 7 });
  expect(JSON.parse(second)).toEqual({ type: "done" });
  expect((peak - before) / (1 << 20)).toBeLessThan(64);
  await child.stop();
});

describe("a recorded program that is taken up", () => {
  it("gives all its lines again, and what it says from then on", async () => {
    const started = await start("echo-lines.mjs");
    const before = linesOf(started.child);
    await started.child.write("one\n");
    expect(await nextLine(before)).toBe("one");
    const child = takeUp(started);
    const lines = linesOf(child);
    expect(child.told).toEqual(["one\n"]);
    expect(await nextLine(lines)).toBe("one");
    const second = nextLine(lines);
    await child.caughtUp;
    expect(await child.write("two\n")).toBe(true);
    expect(await second).toBe("two");
    child.endInput();
    expect(await child.exited).toEqual({ kind: "exited", code: 0 });
    await Promise.all([child.stop(), started.child.stop()]);
  });

  it("has caught up only when what was there before was read", async () => {
    const started = await start("echo-lines.mjs");
    const before = linesOf(started.child);
    await started.child.write("one\ntwo\nthr");
    await nextLine(before);
    await nextLine(before);
    const child = takeUp(started);
    const lines = linesOf(child);
    let hasCaughtUp = false;
    void child.caughtUp.then(() => (hasCaughtUp = true));
    await nextLine(lines);
    await nextLine(lines);
    expect(hasCaughtUp).toBe(false);
    const third = nextLine(lines);
    await child.caughtUp;
    await child.write("ee\n");
    expect(await third).toBe("three");
    await Promise.all([child.stop(), started.child.stop()]);
  });

  it("gives what it said while nobody listened, and how it ended", async () => {
    const started = await start("exit-with.mjs", ["3"]);
    await started.child.exited;
    const child = takeUp(started);
    expect(await readLines(child)).toEqual(["so far so good"]);
    expect(await child.exited).toEqual({ kind: "exited", code: 3 });
    expect(child.stderrTail()).toContain("fatal: out of spam");
    expect(child.isLost()).toBe(false);
    await Promise.all([child.stop(), started.child.stop()]);
  });

  it("is lost when it went away without a trace, but what it said is there", async () => {
    const started = await start("forever.mjs");
    await nextLine(linesOf(started.child));
    for (const pid of marked(started.runId)) process.kill(pid, "SIGKILL");
    await expect.poll(() => isRunning(started.child.identity.pid)).toBe(false);
    const child = takeUp(started);
    expect(await readLines(child)).toHaveLength(1);
    expect(await child.exited).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(child.isLost()).toBe(true);
    await Promise.all([child.stop(), started.child.stop()]);
  });

  it("is ended as ever", async () => {
    const started = await start("ignore-signals.mjs", ["SIGTERM"]);
    await nextLine(linesOf(started.child));
    const child = takeUp(started);
    await child.stop({ termGraceMs: 50 });
    expect(marked(started.runId)).toEqual([]);
    await started.child.stop();
  });

  it("gets what was put there for it before its feeder was up", async () => {
    const started = await start("echo-input.mjs");
    const child = takeUp(started);
    void child.write("early");
    child.endInput();
    const [line = ""] = await readLines(child);
    expect(JSON.parse(line).text).toBe("early");
    await Promise.all([child.stop(), started.child.stop()]);
  });

  it("leaves out what something it left behind writes", async () => {
    const started = await start("exit-with.mjs", ["0"]);
    await started.child.exited;
    const child = takeUp(started);
    const lines = linesOf(child);
    expect(await nextLine(lines)).toBe("so far so good");
    await appendFile(join(directory, "stdout"), "a stray line\n");
    expect((await lines.next()).done).toBe(true);
    await Promise.all([child.stop(), started.child.stop()]);
  });

  it("can't be where none was started", () => {
    expect(() => attachRecorded("nobody", directory)).toThrow("no program was started");
  });
});
