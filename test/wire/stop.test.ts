import { expect, test } from "vitest";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { isRunning, marked, nextLine, readLines, requestFor, withProgram } from "./programs.ts";

async function saysReady(child: Subprocess): Promise<AsyncIterator<{ readonly kind: string; readonly text?: string }>> {
  const lines = child.lines[Symbol.asyncIterator]();
  expect(await nextLine(lines)).toBe("ready");
  return lines;
}

test("a program that hangs is ended by SIGTERM", async () => {
  await withProgram("forever.mjs", [], async (child) => {
    await saysReady(child);
    expect(await child.stop()).toEqual({ kind: "signalled", signal: "SIGTERM" });
  });
});

test("an engine that takes its own interrupt gets no signal", async () => {
  await withProgram("exit-on-request.mjs", [], async (child) => {
    await saysReady(child);
    const exit = await child.stop({ interrupt: async () => void (await child.write("stop\n")) });
    expect(exit).toEqual({ kind: "exited", code: 0 });
  });
});

test("an interrupt that fails or never returns is followed by signals", async () => {
  const interrupts = [() => Promise.reject(new Error("no connection")), () => new Promise<void>(() => {})];
  for (const interrupt of interrupts) {
    await withProgram("forever.mjs", [], async (child) => {
      await saysReady(child);
      const exit = await child.stop({ interrupt, interruptGraceMs: 20 });
      expect(exit).toEqual({ kind: "signalled", signal: "SIGTERM" });
    });
  }
});

test("a program that ignores SIGINT and SIGTERM is killed, and was asked once before", async () => {
  await withProgram("ignore-signals.mjs", ["SIGTERM", "SIGINT"], async (child) => {
    const lines = await saysReady(child);
    const exit = await child.stop({ termGraceMs: 200 });
    expect(exit).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(await nextLine(lines)).toBe("SIGTERM");
    expect(await lines.next()).toEqual({ done: true, value: undefined });
  });
});

test.each([
  ["bears the mark", "marked"],
  ["has a bare environment", "bare"],
])("a grandchild in a session of its own that %s ends with its running parent", async (_, environment) => {
  await withProgram("leave-child.mjs", ["ignore", environment, "stay"], async (child) => {
    const grandchild = Number(await nextLine(child.lines[Symbol.asyncIterator]()));
    expect(isRunning(grandchild)).toBe(true);
    await child.stop();
    expect(isRunning(grandchild)).toBe(false);
  });
});

test("a grandchild that outlived the engine is ended by the stop after the exit", async () => {
  await withProgram("leave-child.mjs", ["ignore", "marked", "leave"], async (child) => {
    const [pid] = await readLines(child);
    const grandchild = Number(pid);
    expect(await child.exited).toEqual({ kind: "exited", code: 0 });
    expect(isRunning(grandchild)).toBe(true);
    expect(await child.stop()).toEqual({ kind: "exited", code: 0 });
    expect(isRunning(grandchild)).toBe(false);
  });
});

test("what is started in answer to SIGTERM is ended too", async () => {
  await withProgram("leave-child.mjs", ["ignore", "marked", "respawn"], async (child) => {
    const lines = child.lines[Symbol.asyncIterator]();
    await nextLine(lines);
    await child.stop();
    const respawned = Number(await nextLine(lines));
    expect(respawned).toBeGreaterThan(0);
    expect(isRunning(respawned)).toBe(false);
  });
});

test("what only the engine ties to the run is found before the engine is asked to leave", async () => {
  await withProgram("leave-child.mjs", ["ignore", "bare", "leave on request"], async (child) => {
    const grandchild = Number(await nextLine(child.lines[Symbol.asyncIterator]()));
    const exit = await child.stop({ interrupt: async () => void (await child.write("leave\n")) });
    expect(exit).toEqual({ kind: "exited", code: 0 });
    expect(isRunning(grandchild)).toBe(false);
  });
});

test("any number of stops, at once and later, come to the same end", async () => {
  await withProgram("ignore-signals.mjs", ["SIGTERM"], async (child) => {
    await saysReady(child);
    const stops = [child.stop({ termGraceMs: 20 }), child.stop(), child.stop({ termGraceMs: 60_000 })];
    const killed = { kind: "signalled", signal: "SIGKILL" };
    expect(await Promise.all(stops)).toEqual([killed, killed, killed]);
    expect(await child.stop()).toEqual(killed);
  });
});

test("stopping right after the start leaves nothing behind", async () => {
  const request = requestFor("leave-child.mjs", ["ignore", "marked", "stay"]);
  const child = await startSubprocess(request);
  await child.stop();
  expect(marked(request.runId)).toEqual([]);
});

test("a program of another run is left alone", async () => {
  await withProgram("forever.mjs", [], async (bystander) => {
    await saysReady(bystander);
    await withProgram("forever.mjs", [], async (child) => void (await child.stop()));
    expect(isRunning(bystander.identity.pid)).toBe(true);
  });
});
