import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configSchema } from "../../runners/codex/config.ts";
import { createCodexRunner } from "../../runners/codex/runner.ts";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { toRunId } from "../../src/domain/run.ts";
import type { Runner, RunRequest } from "../../src/runner/runner.ts";
import { collect, createTestHost, runRequest, type TestHost, type TestHostOptions } from "../factories.ts";
import { startFakeResponses, type FakeResponses } from "./fake-responses.mjs";

export const program: string = installedProgram();

function installedProgram(): string {
  const path = process.env["TAKOPI_LIVE_CODEX"];
  if (path === undefined)
    throw new Error("run `node test/live/run.mjs codex`: it installs the CLI and says where it is");
  return path;
}

/** The settings that send Codex to the fake model. */
export function codexConfig(url: string): string {
  return [
    'model = "gpt-5.5"',
    'model_provider = "fake"',
    "check_for_update_on_startup = false",
    "[model_providers.fake]",
    'name = "fake"',
    `base_url = "${url}"`,
    'env_key = "CODEX_FAKE_KEY"',
    'wire_api = "responses"',
    "request_max_retries = 0",
    "stream_max_retries = 1",
    "",
  ].join("\n");
}

let runs = 0;

/** A home of its own for Codex, a directory to work in, and a fake model. */
export class CodexSetup {
  readonly model: FakeResponses;
  readonly home: string;
  readonly cwd: string;

  private constructor(model: FakeResponses, home: string, cwd: string) {
    this.model = model;
    this.home = home;
    this.cwd = cwd;
  }

  static async start(): Promise<CodexSetup> {
    const model = await startFakeResponses();
    const home = await mkdtemp(join(tmpdir(), "takopi-codex-home-"));
    const cwd = await mkdtemp(join(tmpdir(), "takopi-codex-work-"));
    await mkdir(join(home, ".codex"));
    await writeFile(join(home, ".codex/config.toml"), codexConfig(model.url));
    return new CodexSetup(model, home, cwd);
  }

  get env(): Readonly<Record<string, string>> {
    return { PATH: process.env["PATH"] ?? "", HOME: this.home, CODEX_FAKE_KEY: "no-real-key" };
  }

  runner(config: Readonly<Record<string, unknown>> = {}): Runner {
    return createCodexRunner({ config: configSchema.parse({ command: program, ...config }), configDir: "/" });
  }

  request(prompt: string, more: Partial<RunRequest> = {}): RunRequest {
    runs += 1;
    return runRequest({ prompt, cwd: this.cwd, runId: toRunId(`live-${process.pid}-${runs}`), ...more });
  }

  host(options: TestHostOptions = {}): TestHost {
    return createTestHost({ env: this.env, ...options });
  }

  async ask(
    prompt: string,
    runner: Runner = this.runner(),
    options: TestHostOptions = {},
  ): Promise<readonly TakopiEvent[]> {
    return await collect(runner.run(this.request(prompt), this.host(options)));
  }

  async close(): Promise<void> {
    await this.model.close();
    await Promise.all([this.home, this.cwd].map((path) => rm(path, { recursive: true, force: true })));
  }
}

export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

export function titles(events: readonly TakopiEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "action" ? [event.action.title] : []));
}
