import { describe, expect, it } from "vitest";
import type { HappiRequest, RunningHappi } from "../../src/app/serve-happi.ts";
import { MINIMAL } from "../config/factories.ts";
import { Terminal } from "./harness.ts";

type Served = Omit<HappiRequest, "input" | "output">;

/** A runtime whose input has ended, and what it was started with. */
function endedRuntime(use: (request: Served) => Promise<void> = async () => {}): {
  readonly requests: readonly Served[];
  readonly serveHappi: (request: Served) => Promise<RunningHappi>;
} {
  const requests: Served[] = [];
  const serveHappi = async (request: Served): Promise<RunningHappi> => {
    requests.push(request);
    return { finished: use(request), stop: async () => {} };
  };
  return { requests, serveHappi };
}

describe("takopi happi", () => {
  it("serves until its input has ended, and writes nothing of its own", async () => {
    const terminal = new Terminal();
    const { requests, serveHappi } = endedRuntime();
    expect(await terminal.run(["happi"], { app: { serveHappi } })).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(requests).toMatchObject([{ cwd: terminal.home, version: expect.stringMatching(/^\d+\.\d+/) }]);
  });

  it("says what it waits for where it waits for a person", async () => {
    const { serveHappi } = endedRuntime();
    const { stderr } = await new Terminal().run(["happi"], { app: { serveHappi }, isInteractive: true });
    expect(stderr).toBe("takopi happi reads envelopes, one JSON object a line. End with Ctrl-D.\n");
  });

  it("is stopped by a signal", async () => {
    const terminal = new Terminal();
    let stops = 0;
    const serveHappi = async (): Promise<RunningHappi> => {
      setImmediate(() => terminal.interrupt());
      return { finished: new Promise(() => {}), stop: async () => void (stops += 1) };
    };
    const { code } = await terminal.run(["happi"], { app: { serveHappi } });
    expect({ code, stops }).toEqual({ code: 0, stops: 1 });
  });

  it("needs no token, and no file at all", async () => {
    const terminal = new Terminal();
    const engines: unknown[] = [];
    const { serveHappi } = endedRuntime(async ({ load }) => {
      const { loaded } = await load();
      engines.push(loaded.engineTable("mock"));
    });
    await terminal.run(["happi"], { app: { serveHappi } });
    terminal.writeConfig("[mock]\nspeed = 0\n");
    await terminal.run(["happi"], { app: { serveHappi } });
    expect(engines).toEqual([undefined, { speed: 0 }]);
  });

  it.each(["[happi]\nx = 1\n", `[engines.happi]\nkind = "happi"\n`])(
    "is the runtime also where an engine has its name: %j",
    async (table) => {
      const terminal = new Terminal();
      terminal.writeConfig(`${MINIMAL}${table}`);
      const { requests, serveHappi } = endedRuntime(async ({ load }) => {
        expect((await load()).loaded.engineTable("happi")).toBeDefined();
      });
      const app = { serveHappi, listEngineIds: async () => ["happi", "mock"] };
      expect(await terminal.run(["happi"], { app })).toMatchObject({ code: 0, stderr: "" });
      expect(requests).toHaveLength(1);
    },
  );

  it("refuses a file that was named and is not there when it is needed", async () => {
    const { serveHappi } = endedRuntime(async ({ load }) => void (await load()));
    const { code, stderr } = await new Terminal().run(["happi", "--config", "other.toml"], { app: { serveHappi } });
    expect(stderr).toMatch(/^takopi: there is no file .*other\.toml\. Create it: /);
    expect(code).toBe(1);
  });

  it.each([["happi", "envelope.json"], ["happi", "--nonsense"], ["happi", "resume"], ["hapi"]])(
    "calls a wrong command line one: takopi %s %s",
    async (...args) => {
      const { code, stderr } = await new Terminal().run(args.filter((arg) => arg !== undefined));
      expect(code).toBe(2);
      expect(stderr).not.toBe("");
    },
  );

  it("says where the session of a resume line goes on", async () => {
    const { code, stdout, stderr } = await new Terminal().run(["happi", "resume", "opus-0b9f1c52"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      'takopi: this session goes on in the chat: send the line "takopi happi resume opus-0b9f1c52" there together with your prompt\n',
    );
  });

  it("is in the help, with an example to paste", async () => {
    expect((await new Terminal().run(["--help"])).stdout).toContain("be a HAPPI runtime");
    expect((await new Terminal().run(["happi", "--help"])).stdout).toContain(
      '"cmd":"echo","args":["hello"]}\' | takopi happi',
    );
    expect((await new Terminal().run(["hapi"])).stderr).toContain("Did you mean happi?");
  });
});
