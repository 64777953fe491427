// The page "Build a Runtime · HAPPI/1.2", line by line, against the compiled program.
import { beforeAll, describe, expect, vi } from "vitest";
import { type Sent, violations } from "../happi/conformance.ts";
import { it, mainPath, type HappiHome } from "./happi-runtime.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

beforeAll(() => void mainPath(), 120_000);

const v = "happi/1.0";

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The lines on one input that is closed after them. */
async function answer(home: HappiHome, ...lines: readonly string[]): Promise<Answer> {
  const runtime = home.start();
  runtime.child.stdin.write(lines.map((line) => `${line}\n`).join(""));
  const { code } = await runtime.end();
  return { code, stdout: runtime.stdout, stderr: runtime.stderr };
}

/** What was sent, and that the answers are as the page wants them, with nothing but them on the output. */
async function expectGood(home: HappiHome, sent: readonly (Sent & { readonly line: string })[]): Promise<string> {
  const { code, stdout } = await answer(home, ...sent.map(({ line }) => line));
  expect(violations(sent, stdout)).toEqual([]);
  expect(code).toBe(0);
  return stdout;
}

const request = (id: string, more: Readonly<Record<string, unknown>>): Sent & { readonly line: string } => ({
  v,
  id,
  line: JSON.stringify({ v, id, ...more }),
});

describe.concurrent("the quick smoke tests, as they stand on the page", () => {
  it("test 1: built-in echo", async ({ home }) => {
    const runtime = home.shell(`
      echo '{"v":"happi/1.0","id":"t1","cmd":"echo","args":["hello"]}' \\
        | <your-runtime>`);
    expect(await runtime.exited).toEqual({ code: 0, signal: null });
    expect(runtime.events).toMatchObject([
      { type: "started" },
      { type: "delta", text: "hello" },
      { type: "completed" },
    ]);
    expect(violations([{ v, id: "t1" }], runtime.stdout)).toEqual([]);
    expect(runtime.stderr).toBe("");
  });

  it("test 2: unknown command", async ({ home }) => {
    const runtime = home.shell(`
      echo '{"v":"happi/1.0","id":"t2","cmd":"no.such.cmd","args":[]}' \\
        | <your-runtime>`);
    expect(await runtime.exited).toEqual({ code: 0, signal: null });
    expect(runtime.events).toMatchObject([{ type: "started" }, { type: "error", code: "unknown_cmd" }]);
    expect(violations([{ v, id: "t2" }], runtime.stdout)).toEqual([]);
  });

  it("test 3: two envelopes on one stdin stream", async ({ home }) => {
    const runtime = home.shell(`
      printf '%s\\n%s\\n' \\
        '{"v":"happi/1.0","id":"a","cmd":"echo","args":["first"]}' \\
        '{"v":"happi/1.0","id":"b","cmd":"echo","args":["second"]}' \\
        | <your-runtime>`);
    expect(await runtime.exited).toEqual({ code: 0, signal: null });
    const ends = [{ type: "started" }, { type: "delta" }, { type: "completed" }];
    expect(runtime.events).toMatchObject([
      ...ends.map((event) => ({ id: "a", ...event })),
      ...ends.map((event) => ({ id: "b", ...event })),
    ]);
    expect(
      violations(
        [
          { v, id: "a" },
          { v, id: "b" },
        ],
        runtime.stdout,
      ),
    ).toEqual([]);
  });
});

describe.concurrent("envelope parsing", () => {
  it("accepts valid JSON objects, one per line, and ignores unknown fields", async ({ home }) => {
    await expectGood(home, [
      request("a", { cmd: "echo", args: ["x"], auth: { scheme: "bearer" }, from: {}, to: {}, future: [1] }),
      { v, id: "b", line: `  {"args" : ["\\u00e9"] ,"cmd":"echo", "id":"b","v":"${v}"}\r` },
    ]);
  });

  it("echoes v and id unchanged, whatever they are", async ({ home }) => {
    const id = `"quoted" \\ é 👋 ${"i".repeat(300)}`;
    const versions = ["happi/1.0", "happi/1.2", "happi/7", "x"];
    await expectGood(home, [
      ...versions.map((other) => ({ v: other, id, line: JSON.stringify({ v: other, id, cmd: "echo", args: ["x"] }) })),
      ...versions.map((other) => ({ v: other, id, line: JSON.stringify({ v: other, id, cmd: "nope" }) })),
    ]);
  });

  it("answers malformed JSON with an error event and goes on", async ({ home }) => {
    const unreadable = { v: "happi/1.2", id: "req-invalid", isUnreadable: true } as const;
    const lines = ["{", "not json", `{"v":"${v}","id":"x"`, "[]", "null", "7", `"text"`, "{}", "\u0000"];
    const stdout = await expectGood(home, [
      ...lines.map((line) => ({ ...unreadable, line })),
      request("after", { cmd: "echo", args: ["still here"] }),
    ]);
    expect(stdout.match(/"code":"parse_error"/gu)).toHaveLength(lines.length);
    expect(stdout).toContain("still here");
  });

  it("supports empty, missing and odd args", async ({ home }) => {
    const odd = [[], undefined, null, "text", {}, [7], [null], [""], [{ deep: [[]] }]];
    await expectGood(home, [
      ...odd.map((args, index) => request(`echo-${index}`, { cmd: "echo", args })),
      ...odd.map((args, index) => request(`run-${index}`, { cmd: "mock.run", args })),
      request("cmd", { cmd: "version" }),
    ]);
  });

  it("handles several envelopes of every kind in their order", async ({ home }) => {
    const cmds = ["echo", "mock.run", "no.such.cmd", "claude.run", "version", "none.run", "mock.run", "echo"];
    const sent = cmds.map((cmd, index) => request(`r${index}`, { cmd, args: ["hello"] }));
    const stdout = await expectGood(home, sent);
    expect(stdout).toContain('"text":"hello"');
  });

  it("takes lines of 1 MB, for echo and for an engine", async ({ home }) => {
    const long = "é👋x".repeat(150_000);
    const stdout = await expectGood(home, [
      request("a", { cmd: "echo", args: [long] }),
      request("b", { cmd: "mock.run", args: [`echo ${long}`] }),
      request("c", { cmd: "echo", args: ["short"] }),
    ]);
    const texts = stdout.split("\n").flatMap((line) => (line.includes('"delta"') ? [JSON.parse(line)] : []));
    const said = (id: string): string =>
      texts
        .filter((event) => event.id === id)
        .map(({ text }) => text)
        .join("");
    expect(said("a") === long && said("b") === long).toBe(true);
  });
});

describe.concurrent("event emission", () => {
  it("is in order for an engine: started first, completed with usage last, deltas with text, ts not back", async ({
    home,
  }) => {
    const stdout = await expectGood(home, [
      request("scene", { cmd: "mock.run", args: ["fix the greeting"] }),
      request("long", { cmd: "mock.run", args: ["long 100000"] }),
      request("empty", { cmd: "mock.run", args: ["empty"] }),
      request("steps", { cmd: "mock.run", args: ["steps 200"] }),
    ]);
    for (const type of ["started", "delta", "tool_call", "tool_result", "sub_request", "completed"]) {
      expect(stdout).toContain(`"type":"${type}"`);
    }
  });

  it("is immediate: events are there while the engine works and the input is open", async ({ home }) => {
    const runtime = home.start();
    runtime.send({ v, id: "a", cmd: "claude.run", args: ["hold here"] });
    await runtime.says(({ type }) => type === "started");
    await runtime.until("the engine works", () => home.engine.hasSign("here.started"));
    home.engine.release("here");
    await runtime.says(({ type }) => type === "completed");
    runtime.send({ v, id: "b", cmd: "echo", args: ["next"] });
    await runtime.says(({ id, type }) => id === "b" && type === "completed");
    expect(await runtime.end()).toEqual({ code: 0, signal: null });
  });
});

describe.concurrent("error handling", () => {
  it("makes an error event with code and message of everything that fails, and exits with 0", async ({ home }) => {
    home.configure(`[codex]\ncommand = "/no/such/codex"\n[engines.odd]\nkind = "happi"\ncmd = "echo"\n`);
    const stdout = await expectGood(home, [
      request("unknown", { cmd: "no.such.cmd", args: [] }),
      request("engine", { cmd: "none.run", args: ["x"] }),
      request("missing", { cmd: "codex.run", args: ["x"] }),
      request("mistake", { cmd: "odd.run", args: ["x"] }),
      request("failing", { cmd: "mock.run", args: ["fail"] }),
      request("crashing", { cmd: "mock.run", args: ["crash"] }),
      request("dying", { cmd: "claude.run", args: ["crash x"] }),
      request("never", { cmd: "mock.run", args: ["nostart"] }),
      request("fine", { cmd: "echo", args: ["fine"] }),
    ]);
    const codes = [...stdout.matchAll(/"code":"(\w+)"/gu)].map(([, code]) => code);
    expect(codes).toEqual([
      "unknown_cmd",
      "unknown_cmd",
      "engine_unavailable",
      "engine_unavailable",
      "runtime_error",
      "runtime_error",
      "runtime_error",
      "runtime_error",
    ]);
  });

  it("tells a broken configuration as an event, and works without one", async ({ home }) => {
    home.configure("[nonsense]\n");
    const stdout = await expectGood(home, [
      request("a", { cmd: "mock.run", args: ["x"] }),
      request("b", { cmd: "echo", args: ["fine"] }),
    ]);
    expect(stdout).toMatch(/"code":"config_error","message":"[^"]*nonsense/u);
  });

  it("exits with 0 when the input ends with nothing, or in the middle of a line", async ({ home }) => {
    expect(await home.start().end()).toEqual({ code: 0, signal: null });
    const runtime = home.start();
    runtime.child.stdin.write(`{"v":"${v}","id":"a","cmd":"echo","args":["no end"]}`);
    expect(await runtime.end()).toEqual({ code: 0, signal: null });
    expect(violations([{ v, id: "a" }], runtime.stdout)).toEqual([]);
  });
});
