import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { App } from "../../src/cli/app.ts";
import type { Cli } from "../../src/cli/cli.ts";
import { runCli } from "../../src/cli/program.ts";
import type { Questions } from "../../src/cli/questions.ts";
import { ENGINE_IDS } from "../config/factories.ts";

/** What a command line did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Scene {
  readonly app?: Partial<App>;
  readonly env?: Readonly<Record<string, string>>;
  readonly questions?: Questions;
  readonly isInteractive?: boolean;
}

/** A home directory, and command lines run in it without a process of their own. */
export class Terminal {
  readonly home: string = mkdtempSync(join(tmpdir(), "takopi-cli-"));
  /** Where `takopi.toml` is by default. */
  readonly configPath: string = join(this.home, ".takopi", "takopi.toml");
  readonly #stopListeners = new Set<() => void>();

  constructor() {
    onTestFinished(() => rmSync(this.home, { recursive: true, force: true }));
  }

  writeConfig(text: string): void {
    mkdirSync(dirname(this.configPath), { recursive: true });
    writeFileSync(this.configPath, text, { mode: 0o600 });
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    for (const listener of this.#stopListeners) listener();
  }

  async run(args: readonly string[], scene: Scene = {}): Promise<Outcome> {
    let stdout = "";
    let stderr = "";
    const cli: Cli = {
      io: {
        stdout: (text) => (stdout += text),
        stderr: (text) => (stderr += text),
        env: { HOME: this.home, PATH: "/usr/bin:/bin", ...scene.env },
        cwd: this.home,
        isInteractive: scene.isInteractive ?? false,
        outliveReaders: () => {},
        onStopSignal: (listener) => {
          this.#stopListeners.add(listener);
          return () => this.#stopListeners.delete(listener);
        },
      },
      app: fakeApp(scene.app),
      questions: async () => scene.questions ?? silentQuestions,
    };
    const code = await runCli(args, cli);
    return { code, stdout, stderr };
  }
}

const unexpected = (name: string) => (): never => {
  throw new Error(`${name} was not expected`);
};

/** Only what a test gives it works; the rest says that it was not expected. */
function fakeApp(parts: Partial<App> = {}): App {
  return {
    startBot: unexpected("startBot"),
    startLocal: unexpected("startLocal"),
    waitForPairing: unexpected("waitForPairing"),
    openPairing: unexpected("openPairing"),
    takeLocks: unexpected("takeLocks"),
    listEngineIds: async () => ENGINE_IDS,
    loadEngines: unexpected("loadEngines"),
    engineVersion: unexpected("engineVersion"),
    openStore: unexpected("openStore"),
    openAudit: unexpected("openAudit"),
    serveHappi: unexpected("serveHappi"),
    askStatus: unexpected("askStatus"),
    supervisorMachine: unexpected("supervisorMachine"),
    ...parts,
  };
}

const silentQuestions: Questions = {
  begin: unexpected("begin"),
  tell: unexpected("tell"),
  secret: unexpected("secret"),
  choose: unexpected("choose"),
  confirm: unexpected("confirm"),
  wait: unexpected("wait"),
  end: unexpected("end"),
};
