import { afterEach, describe, expect, it, vi } from "vitest";
import type { StopKind } from "../../src/cli/cli.ts";
import type { ExitCode } from "../../src/cli/cli-error.ts";
import { runUntilStopped } from "../../src/cli/run-until-stopped.ts";
import { FakeBot } from "./fake-bot.ts";

const NEVER = new Promise<never>(() => undefined);

afterEach(() => vi.useRealTimers());

/** A bot that is being run, and the signals it gets. */
class Watch {
  readonly code: Promise<ExitCode>;
  readonly started: Promise<void>;
  isListening = false;
  signal: (kind?: StopKind) => void = () => undefined;

  constructor(start: () => Promise<FakeBot>) {
    let code: Promise<ExitCode> = NEVER;
    this.started = new Promise((resolve) => {
      const onStopSignal = (listener: (kind?: StopKind) => void): (() => void) => {
        this.signal = listener;
        this.isListening = true;
        return () => {
          this.isListening = false;
        };
      };
      code = runUntilStopped({ onStopSignal }, start, () => resolve());
    });
    this.code = code;
  }
}

describe("runUntilStopped", () => {
  it("stops the bot at the first signal and ends well", async () => {
    const bot = new FakeBot();
    const watch = new Watch(async () => bot);
    await watch.started;
    watch.signal();
    expect(await watch.code).toBe(0);
    expect(bot.stops).toBe(1);
    expect(watch.isListening).toBe(false);
  });

  it.each([
    ["ends its runs when it is told to stop", "stop", false],
    ["keeps its runs when it is to be started again", "restart", true],
  ] as const)("%s", async (_, kind, keepsRuns) => {
    const bot = new FakeBot();
    const watch = new Watch(async () => bot);
    await watch.started;
    watch.signal(kind);
    expect(await watch.code).toBe(0);
    expect(bot.keptRuns).toEqual([keepsRuns]);
  });

  it("stops a bot that can't go on before it tells why", async () => {
    const bot = new FakeBot();
    const watch = new Watch(async () => bot);
    await watch.started;
    bot.end(new Error("another program polls"));
    await expect(watch.code).rejects.toThrow("another program polls");
    expect(bot.stops).toBe(1);
  });

  it("does not wait after a second signal", async () => {
    const bot = new FakeBot(NEVER);
    const watch = new Watch(async () => bot);
    await watch.started;
    watch.signal();
    watch.signal();
    expect(await watch.code).toBe(130);
  });

  it("waits at most ten seconds for a bot that does not stop", async () => {
    vi.useFakeTimers();
    const watch = new Watch(async () => new FakeBot(NEVER));
    await watch.started;
    let code: ExitCode | undefined;
    void watch.code.then((ended) => (code = ended));
    watch.signal();
    await vi.advanceTimersByTimeAsync(9_900);
    expect(code).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    expect(code).toBe(0);
  });

  it("ends at once when the signal comes before the bot runs", async () => {
    const watch = new Watch(async () => await NEVER);
    watch.signal();
    expect(await watch.code).toBe(0);
  });

  it("ends when the bot ends", async () => {
    const bot = new FakeBot();
    const watch = new Watch(async () => bot);
    await watch.started;
    bot.end();
    expect(await watch.code).toBe(0);
    expect(bot.stops).toBe(0);
  });

  it("passes on why the bot can't start or go on", async () => {
    const bot = new FakeBot();
    const watch = new Watch(async () => bot);
    await watch.started;
    bot.end(new Error("the token was revoked"));
    await expect(watch.code).rejects.toThrow("the token was revoked");
    const failed = new Watch(() => Promise.reject(new Error("no token")));
    await expect(failed.code).rejects.toThrow("no token");
  });
});
