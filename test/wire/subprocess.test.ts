import { createHash } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startSubprocess, SpawnError } from "../../src/wire/subprocess.ts";
import { nextLine, readLines, requestFor, withProgram } from "./programs.ts";

async function spawnErrorOf(change: object): Promise<SpawnError> {
  const error: unknown = await startSubprocess({ ...requestFor("forever.mjs"), ...change }).catch((thrown) => thrown);
  if (error instanceof SpawnError) return error;
  throw new Error("the program was started");
}

test("a program's lines, stderr and exit code arrive", async () => {
  await withProgram("exit-with.mjs", ["3"], async (child) => {
    expect(await readLines(child)).toEqual(["so far so good"]);
    expect(await child.exited).toEqual({ kind: "exited", code: 3 });
    expect(child.stderrTail()).toBe("warning: low on spam\nfatal: out of spam");
    expect(await child.stop()).toEqual({ kind: "exited", code: 3 });
  });
});

test("a last line without its end counts", async () => {
  await withProgram("half-line.mjs", [], async (child) => {
    expect(await readLines(child)).toEqual(['{"n":1}', '{"n":']);
  });
});

test("the environment is what was given and the mark of the run, and arguments arrive as they are", async () => {
  process.env["TAKOPI_TEST_SECRET"] = "bot token";
  const args = ["--help", "-", "", "a b\n'c' \"d\" $HOME", "é"];
  await withProgram("print-environment.mjs", args, async (child, runId) => {
    const [line = ""] = await readLines(child);
    expect(JSON.parse(line)).toEqual({
      env: { PATH: process.env["PATH"], TAKOPI_RUN_ID: runId },
      args,
      cwd: tmpdir(),
    });
  });
  delete process.env["TAKOPI_TEST_SECRET"];
});

test("100 kB of text with many lines reach stdin intact", async () => {
  const text = 'spam\r\n\n"eggs" \\ -ü 🐙\u2028'.repeat(4000);
  await withProgram("echo-input.mjs", [], async (child) => {
    expect(await child.write(text)).toBe(true);
    child.endInput();
    const [line = ""] = await readLines(child);
    expect(hash(JSON.parse(line).text)).toBe(hash(text));
  });
});

test("writing to a program that takes no input is false, not an error", async () => {
  await withProgram("close-stdin.mjs", [], async (child) => {
    await child.lines[Symbol.asyncIterator]().next();
    const outcomes = [await child.write("a\n"), await child.write("b\n")];
    expect(outcomes.at(-1)).toBe(false);
  });
});

test("writing after the exit or after the end of input is false", async () => {
  await withProgram("exit-with.mjs", ["0"], async (child) => {
    await child.exited;
    expect(await child.write("too late")).toBe(false);
  });
  await withProgram("echo-input.mjs", [], async (child) => {
    child.endInput();
    child.endInput();
    expect(await child.write("too late")).toBe(false);
  });
});

test("a pending write to a program that never reads ends with the program", async () => {
  await withProgram("forever.mjs", [], async (child) => {
    const writing = child.write("x".repeat(4 << 20));
    await child.stop({ termGraceMs: 0 });
    expect(await writing).toBe(false);
  });
});

test("a flood on stderr is read to its end and only its last lines are kept", async () => {
  await withProgram("stderr-flood.mjs", ["100"], async (child) => {
    expect(await child.exited).toEqual({ kind: "exited", code: 0 });
    const tail = child.stderrTail();
    expect(tail.length).toBeLessThanOrEqual(8192);
    expect(tail.length).toBeGreaterThan(8000);
    expect(tail.split("\n").at(0)).toBe("x".repeat(99));
    expect(tail.split("\n").at(-1)).toBe("the last words");
  });
});

test("lines end where stdout does although the program lives on", async () => {
  await withProgram("close-stdout.mjs", [], async (child) => {
    expect(await readLines(child)).toEqual(["bye"]);
    child.endInput();
    expect(await child.exited).toEqual({ kind: "exited", code: 0 });
  });
});

test("lines end soon after the exit although a process left behind holds stdout", async () => {
  await withProgram("leave-child.mjs", ["inherit", "marked", "leave"], async (child) => {
    const lines = await readLines(child);
    // The pid, and what the child itself said, if it was quick enough.
    expect(lines[0]).toMatch(/^\d+$/);
    expect(await child.exited).toEqual({ kind: "exited", code: 0 });
  });
});

test("a slow reader loses nothing of a program that has exited", async () => {
  await withProgram("count-up.mjs", ["60"], async (child) => {
    const lines = child.lines[Symbol.asyncIterator]();
    expect(await nextLine(lines)).toMatch(/^1 +$/);
    await child.exited;
    // Takes longer than the silence that ends the lines of a program that has exited.
    await withProgram(
      "leave-child.mjs",
      ["inherit", "marked", "leave"],
      async (other) => void (await readLines(other)),
    );
    for (let n = 2; n < 60; n += 1) await lines.next();
    expect(await nextLine(lines)).toMatch(/^60 +$/);
    expect(await lines.next()).toEqual({ done: true, value: undefined });
  });
});

test("a program is held up by a reader who does not read", async () => {
  await withProgram("count-up.mjs", ["100000"], async (child) => {
    const lines = child.lines[Symbol.asyncIterator]();
    for (let n = 1; n <= 2000; n += 1) await lines.next();
    await quietStderr(() => child.stderrTail());
    expect(Number(child.stderrTail().split("\n").at(-1) ?? "")).toBeLessThanOrEqual(4000);
  });
});

test("a reader who stops early lets the program finish", async () => {
  await withProgram("count-up.mjs", ["5000"], async (child) => {
    for await (const line of child.lines) if (line.kind === "line") break;
    expect(await child.exited).toEqual({ kind: "exited", code: 0 });
  });
});

test("a missing program is named, with what to do", async () => {
  expect(await spawnErrorOf({ command: "no-such-engine" })).toMatchObject({
    reason: "not_found",
    message: "no-such-engine was not found on PATH: install it, or set `command` to its full path",
  });
  expect(await spawnErrorOf({ command: "./no/such/engine" })).toMatchObject({
    reason: "not_found",
    message: "./no/such/engine does not exist: check the path",
  });
});

test("a missing working directory is not mistaken for a missing program", async () => {
  expect(await spawnErrorOf({ cwd: "/no/such/directory" })).toMatchObject({
    reason: "bad_cwd",
    message: "the working directory /no/such/directory does not exist: create it, or choose another one",
  });
  expect(await spawnErrorOf({ cwd: process.execPath })).toMatchObject({ reason: "bad_cwd" });
});

test("a file that is not executable, or whose interpreter is missing, is named", async () => {
  const directory = await mkdtemp(join(tmpdir(), "takopi-wire-"));
  const command = join(directory, "engine");
  await writeFile(command, "#!/no/such/interpreter\n", { mode: 0o644 });
  expect(await spawnErrorOf({ command })).toMatchObject({
    reason: "not_executable",
    message: `${command} is not executable: run \`chmod +x ${command}\`, or install it again`,
  });
  await chmod(command, 0o755);
  expect(await spawnErrorOf({ command: "./engine", cwd: directory })).toMatchObject({
    reason: "not_executable",
    message: `${command} exists, but what its first line names as its interpreter does not: install it again`,
  });
  await rm(directory, { recursive: true });
});

test("arguments the system refuses are a spawn error too", async () => {
  const tooLong = "x".repeat(4 << 20);
  expect(await spawnErrorOf({ args: [tooLong] })).toMatchObject({ reason: "failed", cause: expect.any(Error) });
  expect(await spawnErrorOf({ args: ["a\0b"] })).toMatchObject({ reason: "failed" });
});

/** Resolves when nothing has been added for some turns of the event loop. */
async function quietStderr(tail: () => string): Promise<void> {
  for (let last = "", quiet = 0; quiet < 200;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    quiet = last === tail() ? quiet + 1 : 0;
    last = tail();
  }
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
