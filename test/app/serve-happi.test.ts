import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { type RunningHappi, serveHappi } from "../../src/app/serve-happi.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { TOKEN } from "../config/factories.ts";
import { readEvents, type SeenEvent } from "../happi/conformance.ts";
import { RecordingLog } from "../telegram/recording-log.ts";

/** The runtime with the engines of a configuration, and its two pipes. */
class Scene {
  readonly dir: string = mkdtempSync(join(tmpdir(), "takopi-happi-"));
  readonly input: PassThrough = new PassThrough();
  readonly output: PassThrough = new PassThrough({ highWaterMark: 1 << 20, encoding: "utf8" });
  readonly log: RecordingLog = new RecordingLog();
  loads = 0;

  constructor(config = "") {
    onTestFinished(() => rmSync(this.dir, { recursive: true, force: true }));
    this.write(config);
  }

  write(config: string): void {
    writeFileSync(join(this.dir, "takopi.toml"), `[mock]\nspeed = 0\n${config}`);
  }

  async start(): Promise<RunningHappi> {
    const path = join(this.dir, "takopi.toml");
    const env = { PATH: "/bin", HOME: this.dir };
    const load = async () => {
      this.loads += 1;
      return { loaded: loadConfig({ path, env, engineIds: ["mock"], tokenRequired: false }), log: this.log };
    };
    return await serveHappi({ load, version: "1.2.3", cwd: this.dir, env, input: this.input, output: this.output });
  }

  send(cmd: string, args: readonly unknown[], flags = {}): void {
    this.input.write(`${JSON.stringify({ v: "happi/1.0", id: "a", cmd, args, flags })}\n`);
  }

  /** Ends the input and resolves with all events. */
  async answers(running: RunningHappi): Promise<readonly SeenEvent[]> {
    this.input.end();
    let stdout = "";
    this.output.on("data", (text: string) => (stdout += text));
    await running.finished;
    this.output.end();
    await once(this.output, "end");
    return readEvents(stdout);
  }
}

async function answersTo(prompt: string, { config = "", flags = {} } = {}): Promise<readonly SeenEvent[]> {
  const scene = new Scene(config);
  const running = await scene.start();
  scene.send("mock.run", [prompt], flags);
  return await scene.answers(running);
}

const said = (text: string): unknown => expect.objectContaining({ type: "delta", text: expect.stringContaining(text) });

describe("serveHappi", () => {
  it("runs the engines of the configuration, and ends with its input", async () => {
    expect(await answersTo("echo hello")).toMatchObject([
      { type: "started" },
      { type: "delta", text: "hello" },
      { type: "completed", resume: expect.stringMatching(/^mock --resume mock-[0-9a-f]{12}$/) },
    ]);
  });

  it("reads the configuration when an engine is named, and then only once", async () => {
    const scene = new Scene();
    const running = await scene.start();
    scene.send("echo", ["x"]);
    scene.send("no.such.cmd", []);
    await once(scene.output, "readable");
    expect(scene.loads).toBe(0);
    scene.send("mock.run", ["echo 1"]);
    scene.send("mock.run", ["echo 2"]);
    expect((await scene.answers(running)).at(-1)).toMatchObject({ type: "completed" });
    expect(scene.loads).toBe(1);
  });

  it("tells mistakes of the configuration, and reads it again for the next request", async () => {
    const scene = new Scene("speeed = 1\n[nonsense]\n");
    const running = await scene.start();
    scene.send("mock.run", ["echo 1"]);
    await once(scene.output, "readable");
    let stdout = "";
    while (!stdout.includes('"type":"error"')) {
      stdout += String(scene.output.read() ?? "");
      if (!stdout.includes('"type":"error"')) await once(scene.output, "readable");
    }
    expect(readEvents(stdout).at(-1)).toMatchObject({
      code: "config_error",
      message: expect.stringContaining("nonsense"),
    });
    scene.write("");
    scene.send("mock.run", ["echo 2"]);
    expect(await scene.answers(running)).toMatchObject([{ type: "started" }, { text: "2" }, { type: "completed" }]);
  });

  it("lets an engine do what the rules of the configuration allow, and nothing else", async () => {
    const allowed = await answersTo("ask", { config: `[approvals]\nallow = ["Bash(rm -rf build)"]\n` });
    expect(allowed).toContainEqual(said("You approved (once)."));
    expect(await answersTo("ask")).toContainEqual(said("You denied: Bash is not allowed here."));
    const other = await answersTo("ask", { config: `[approvals]\nallow = ["Bash(ls)"]\n` });
    expect(other).toContainEqual(said("You denied"));
  });

  it.each([
    ["yolo", "You approved (once)."],
    ["ask", "You denied"],
    ["deny", "You denied"],
    ["auto", "You denied"],
  ])("holds to the policy of the engine: %s", async (policy, answer) => {
    const config = `[approvals]\npolicy = "deny"\n[approvals.engines]\nmock = "${policy}"\n`;
    expect(await answersTo("ask", { config })).toContainEqual(said(answer));
  });

  it("does what the request says about approvals, whatever the configuration says", async () => {
    const config = `[approvals]\npolicy = "deny"\n`;
    expect(await answersTo("ask", { config, flags: { approvals: "allow" } })).toContainEqual(
      said("You approved (once)."),
    );
    const yolo = `[approvals]\npolicy = "yolo"\n`;
    expect(await answersTo("ask", { config: yolo, flags: { approvals: "deny" } })).toContainEqual(said("You denied"));
  });

  it("covers the bot's token in what an engine says", async () => {
    const config = `[transports.telegram]\nbot_token = "${TOKEN}"\n`;
    const events = await answersTo(`echo the token is ${TOKEN}!`, { config });
    expect(JSON.stringify(events)).not.toContain(TOKEN);
    expect(events).toContainEqual(said(`the token is ${"•".repeat(TOKEN.length)}!`));
  });

  it("that is stopped ends what runs and says so", async () => {
    const scene = new Scene();
    const running = await scene.start();
    scene.send("mock.run", ["hang"]);
    let stdout = "";
    while (!stdout.includes('"tool_result"')) {
      await once(scene.output, "readable");
      stdout += String(scene.output.read() ?? "");
    }
    await running.stop();
    await running.finished;
    stdout += String(scene.output.read() ?? "");
    expect(readEvents(stdout).at(-1)).toMatchObject({ type: "error", code: "cancelled", resume: expect.any(String) });
  });

  it("listens to hangups only while it runs", async () => {
    const before = process.listenerCount("SIGHUP");
    const scene = new Scene();
    const running = await scene.start();
    expect(process.listenerCount("SIGHUP")).toBe(before + 1);
    await scene.answers(running);
    expect(process.listenerCount("SIGHUP")).toBe(before);
  });
});
