import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, vi } from "vitest";
import { it, mainPath, type HappiHome, type HappiRuntime } from "./happi-runtime.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 90_000 });

beforeAll(() => void mainPath(), 120_000);

/** An engine that hears neither its protocol nor SIGTERM, with two children that left its group. */
const family = { v: "happi/1.0", id: "a", cmd: "claude.run", args: ["family x"] };

async function familyUp(home: HappiHome, runtime: HappiRuntime): Promise<void> {
  runtime.send(family);
  await runtime.until("the family is up", () => home.engine.hasSign("x.started"));
  expect(home.engine.alive().length).toBe(3);
}

async function allGone(home: HappiHome, runtime: HappiRuntime): Promise<void> {
  await runtime.until("all are gone", () => home.engine.alive().length === 0);
}

describe("takopi happi leaves no process", () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    it(`when it gets ${signal} while an engine works, and tells the client`, async ({ home }) => {
      const runtime = home.start();
      await familyUp(home, runtime);
      runtime.signal(signal);
      expect(await runtime.exited).toEqual({ code: 0, signal: null });
      expect(home.engine.alive()).toEqual([]);
      expect(runtime.events.at(-1)).toMatchObject({ id: "a", type: "error", code: "cancelled" });
    });
  }

  it("when a request ends", async ({ home }) => {
    const runtime = home.start();
    runtime.send({ ...family, args: ["linger x"] }, { ...family, id: "b", args: ["hello"] });
    await runtime.says(({ id, type }) => id === "b" && type === "completed");
    expect(home.engine.alive().length).toBeLessThanOrEqual(1);
    expect(await runtime.end()).toEqual({ code: 0, signal: null });
    expect(home.engine.alive()).toEqual([]);
  });

  it("when its reader goes away, and says nothing about it", async ({ home }) => {
    home.configure(tables(stubborn(home)));
    const runtime = home.start();
    runtime.send({ v: "happi/1.0", id: "a", cmd: "stubborn.run", args: ["x"] });
    await runtime.until("the engine works", () => home.engine.hasSign("started"));
    runtime.child.stdout.destroy();
    home.engine.release("stubborn");
    expect(await runtime.exited).toEqual({ code: 0, signal: null });
    expect(home.engine.pids().length).toBe(1);
    expect(home.engine.alive()).toEqual([]);
    expect(runtime.stderr).toBe("");
  });

  it("when it was piped into head", async ({ home }) => {
    const runtime = home.shell(`
      printf '%s\\n' '{"v":"happi/1.0","id":"a","cmd":"mock.run","args":["long 3000000"]}' | <your-runtime> | head -n 1`);
    expect(await runtime.exited).toEqual({ code: 0, signal: null });
    expect(runtime.events).toMatchObject([{ type: "started" }]);
    expect(runtime.stderr).toBe("");
  });

  it("when who started it is killed, although the engine says nothing", async ({ home }) => {
    const runtime = home.shell(`<your-runtime> <&3 3<&- & echo "$!" >&2; wait`.replace(/^/u, "exec 3<&0; "));
    await familyUp(home, runtime);
    const pid = Number(runtime.stderr.trim());
    runtime.signal("SIGKILL");
    await allGone(home, runtime);
    await runtime.until("the runtime is gone", () => !isThere(pid));
  });
});

function isThere(pid: number): boolean {
  return spawnSync("kill", ["-0", `${pid}`]).status === 0;
}

/** An engine that uses a tool when `stubborn.go` appears, and then works for ever, whatever it is told. */
function stubborn({ dir }: HappiHome): string {
  return `
    const { appendFileSync, existsSync, watch, writeFileSync } = require("node:fs");
    process.on("SIGTERM", () => {});
    appendFileSync("${dir}/family.jsonl", JSON.stringify({ pid: process.pid }) + "\\n");
    const emit = (type, more) => console.log(JSON.stringify({ v: "happi/1.0", type, ts: 0, ...more }));
    const go = () => existsSync("${dir}/stubborn.go") && emit("tool_call", { name: "bash", input: {}, call_id: "c" });
    watch("${dir}", go);
    writeFileSync("${dir}/started", "");
    setInterval(() => {}, 1000);`;
}

function tables(program: string): string {
  const command = JSON.stringify([process.execPath, "-e", program]);
  return `[engines.stubborn]\nkind = "happi"\ncmd = "x"\ncommand = ${command}\n`;
}
