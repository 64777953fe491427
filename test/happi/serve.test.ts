import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { enforceContract } from "../../src/runner/enforce-contract.ts";
import { SessionLocks } from "../../src/runner/session-locks.ts";
import { actionStarted, completed, ScriptedRunner, started } from "../factories.ts";
import { Client } from "./client.ts";
import { violations } from "./conformance.ts";

const v = "happi/1.0";
const megabyte = "x".repeat(1 << 20);

/** As the program makes it: its runs end in order. */
function enforced(runner: ScriptedRunner): ReturnType<typeof enforceContract> {
  return enforceContract(runner, new SessionLocks());
}

describe("the runtime", () => {
  it("echoes every text as one delta, and nothing that is none", async () => {
    const client = new Client().send({ v, id: "a", cmd: "echo", args: ["one", "", 2, null, "two"] });
    expect(await client.events()).toMatchObject([
      { type: "started" },
      { type: "delta", text: "one" },
      { type: "delta", text: "two" },
      { type: "completed", usage: { input_tokens: 0, output_tokens: 0 } },
    ]);
  });

  it("tells the protocol's version, and its own beside it", async () => {
    const events = await new Client().send({ v, id: "a", cmd: "version" }).events();
    expect(events).toMatchObject([
      { type: "started" },
      { type: "delta", text: "happi/1.2" },
      { type: "completed", runtime: { name: "takopi", version: "1.2.3" } },
    ]);
  });

  it("answers the requests of one input one after the other, whatever is wrong with some", async () => {
    const client = new Client();
    client.input.write(`{"v":"${v}","id":"a","cmd":"echo","args":["1"]}\r\n\n{oops\n{"v":"${v}","id":"b"}\n`);
    client.input.write(`{"v":"${v}","id":"c","cmd":"no.such.cmd","args":[]}\n{"v":"${v}","id":"d","cmd":"echo"}`);
    const stdout = await client.ends();
    const sent = ["a", "req-invalid", "b", "c", "d"].map((id) =>
      id === "req-invalid" ? ({ v: "happi/1.2", id, isUnreadable: true } as const) : { v, id },
    );
    expect(violations(sent, stdout)).toEqual([]);
    expect(stdout).toMatch(/"id":"c","type":"error","ts":\d+,"code":"unknown_cmd","message":"there is no command /);
  });

  it("takes a request that comes in pieces, cut within a character", async () => {
    const client = new Client();
    const bytes = Buffer.from(`${JSON.stringify({ v, id: "a", cmd: "echo", args: ["añ→b"] })}\n`);
    for (const byte of bytes) client.input.write(Buffer.of(byte));
    expect(await client.events()).toContainEqual(expect.objectContaining({ type: "delta", text: "añ→b" }));
  });

  it("answers before the input ends", async () => {
    const client = new Client().send({ v, id: "a", cmd: "echo", args: ["hello"] });
    await client.reads(({ type }) => type === "completed");
    client.send({ v, id: "b", cmd: "echo", args: ["again"] });
    await client.reads(({ id, type }) => id === "b" && type === "completed");
    await client.ends();
  });

  it("echoes a line of 1 MB, and a client may write several before it reads anything", async () => {
    const client = new Client({ outputBytes: 1_000 });
    for (const id of ["a", "b", "c"]) {
      const isTaken = client.input.write(`${JSON.stringify({ v, id, cmd: "echo", args: [megabyte] })}\n`);
      if (!isTaken) await once(client.input, "drain");
    }
    const stdout = await client.ends();
    expect(
      violations(
        ["a", "b", "c"].map((id) => ({ v, id })),
        stdout,
      ),
    ).toEqual([]);
    expect(stdout.split(megabyte).length).toBe(4);
  });

  it("refuses a line of more than 64 MiB and goes on", async () => {
    const client = new Client();
    client.input.write(`{"v":"${v}","id":"a","cmd":"echo","args":["`);
    for (let written = 0; written <= 64; written += 1) {
      if (!client.input.write(megabyte)) await once(client.input, "drain");
    }
    client.input.write(`"]}\n`);
    const stdout = await client.send({ v, id: "b", cmd: "echo", args: ["small"] }).ends();
    expect(
      violations(
        [
          { v: "happi/1.2", id: "req-invalid", isUnreadable: true },
          { v, id: "b" },
        ],
        stdout,
      ),
    ).toEqual([]);
    expect(stdout).toContain("The line is too long (68.2 MB).");
  });

  it("makes no more than its reader takes", async () => {
    const runner = new ScriptedRunner({
      script: async function* () {
        yield started();
        for (let count = 0; ; count += 1) {
          told = count;
          yield actionStarted(`a${count}`, { phase: "completed" });
        }
      },
    });
    let told = 0;
    const client = new Client({ runner: enforced(runner), outputBytes: 1_000 }).run("x");
    await once(client.output, "readable");
    const before = told;
    await manyTurns();
    expect(told - before).toBeLessThan(20);
    client.stop();
    await client.finished;
  });

  it("ends the engine and itself when nobody reads any more", async () => {
    const runner = new ScriptedRunner();
    const client = new Client({ runner: enforced(runner) }).run("x").send({ v, id: "later", cmd: "echo" });
    const run = await runner.nextRun();
    run.emit(started());
    client.output.destroy(new Error("EPIPE"));
    run.emit(actionStarted("a1"));
    await client.finished;
    await run.finished;
  });

  it("that is stopped says so to the request that runs, and begins no other", async () => {
    const runner = new ScriptedRunner();
    const client = new Client({ runner: enforced(runner) }).run("x").send({ v, id: "later", cmd: "echo" });
    const run = await runner.nextRun();
    run.emit(started());
    client.stop();
    const events = await client.events();
    expect(events).toMatchObject([{ type: "started" }, { type: "error", code: "cancelled" }]);
    await run.finished;
  });

  it("that is stopped does not wait for a reader that takes nothing", async () => {
    const runner = new ScriptedRunner();
    const client = new Client({ runner: enforced(runner), outputBytes: 100 }).run("x");
    const run = await runner.nextRun();
    run.emit(started(), ...Array.from({ length: 9 }, (_, count) => actionStarted(`a${count}`)));
    await manyTurns();
    expect(client.output.writableNeedDrain).toBe(true);
    client.stop();
    await client.finished;
    await run.finished;
  });

  it("that is stopped while it waits for a request ends at once", async () => {
    const client = new Client();
    client.stop();
    await client.finished;
  });

  it("ends when its input breaks", async () => {
    const client = new Client().send({ v, id: "a", cmd: "echo", args: ["hello"] });
    await client.reads(({ type }) => type === "completed");
    client.input.destroy(new Error("EIO"));
    await client.finished;
  });

  it("outlives a fault of an engine's adapter", async () => {
    const engines = { environment: () => unexpected() };
    const client = new Client({ runner: new ScriptedRunner(), engines }).run("x");
    const events = await client.send({ v, id: "b", cmd: "echo" }).events();
    expect(events).toMatchObject([
      { type: "started" },
      { type: "error", code: "runtime_error", message: "a fault" },
      { id: "b", type: "started" },
      { id: "b", type: "completed" },
    ]);
  });

  it("says no second outcome when an engine's adapter fails behind its first", async () => {
    const runner = new ScriptedRunner({
      script: async function* () {
        yield started();
        yield completed("done");
        throw new Error("a fault");
      },
    });
    const client = new Client({ runner }).run("x");
    expect((await client.events()).map(({ type }) => type)).toEqual(["started", "delta", "completed"]);
    expect(client.warnings).toEqual(["a fault"]);
  });

  it("writes events as they come, not at the end", async () => {
    const runner = new ScriptedRunner();
    const client = new Client({ runner: enforced(runner) }).run("x");
    const run = await runner.nextRun();
    await client.reads(({ type }) => type === "started");
    run.emit(started(), actionStarted("a1"));
    await client.reads(({ type }) => type === "tool_call");
    run.emit(completed("done"));
    run.end();
    await client.reads(({ type }) => type === "completed");
    await client.ends();
  });
});

function unexpected(): never {
  throw new Error("a fault");
}

/** As long as it takes what can go on to go on. */
async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
}
