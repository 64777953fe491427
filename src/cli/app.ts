import type { askStatus } from "../app/status/ask-status.ts";
import type { Engines, EngineStatus } from "../app/engines/engines.ts";
import type { takeLocks } from "../app/locks.ts";
import type { SupervisorMachine } from "../app/supervisor/machine.ts";
import type { HappiRequest, RunningHappi } from "../app/serve-happi.ts";
import type { openPairing, waitForPairing } from "../app/pair.ts";
import type { startBot } from "../app/start-bot.ts";
import type { startLocal } from "../app/start-local.ts";
import type { Store } from "../bridge/store-port.ts";
import type { AuditReader } from "../store/read-audit.ts";
import type { LoadedConfig } from "../config/load-config.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The program behind the commands. */
export interface App {
  readonly startBot: typeof startBot;
  readonly startLocal: typeof startLocal;
  readonly waitForPairing: typeof waitForPairing;
  openPairing(...parameters: Parameters<typeof openPairing>): Promise<string>;
  takeLocks(...parameters: Parameters<typeof takeLocks>): Promise<ReturnType<typeof takeLocks>>;
  /** Ids of the built-in engines, of the plugins that can be loaded, and of the variants of both that are installed. */
  listEngineIds(plugins: readonly string[], configDir: string): Promise<readonly string[]>;
  loadEngines(loaded: LoadedConfig, env: Env): Promise<Engines>;
  engineVersion(status: EngineStatus, env: Env): Promise<string | undefined>;
  openStore(path: string): Promise<Store>;
  openAudit(path: string): Promise<AuditReader>;
  readonly askStatus: typeof askStatus;
  /** The machine as `takopi service` changes it. */
  supervisorMachine(env: Env): Promise<SupervisorMachine>;
  /** On the standard input and output of this process. */
  serveHappi(request: Omit<HappiRequest, "input" | "output">): Promise<RunningHappi>;
}

/** The real one. Its parts are loaded when they are needed: `takopi --help` needs neither Telegram nor the database. */
export const app: App = {
  startBot: async (request) => await (await import("../app/start-bot.ts")).startBot(request),
  startLocal: async (request) => await (await import("../app/start-local.ts")).startLocal(request),
  waitForPairing: async (request) => await (await import("../app/pair.ts")).waitForPairing(request),
  openPairing: async (store) => (await import("../app/pair.ts")).openPairing(store),
  takeLocks: async (scope) => (await import("../app/locks.ts")).takeLocks(scope),
  listEngineIds: async (plugins, configDir) => {
    const { listEngineIds } = await import("../app/engines/engine-ids.ts");
    return await listEngineIds({ plugins, configDir, path: process.env["PATH"] ?? "" });
  },
  loadEngines: async (loaded, env) => await (await import("../app/engines/engine-source.ts")).enginesOf(loaded, env),
  engineVersion: async (status, env) => await (await import("../app/engines/engines.ts")).engineVersion(status, env),
  openStore: async (path) => (await import("../store/open-store.ts")).openStore({ path, now: Date.now }),
  openAudit: async (path) => (await import("../store/read-audit.ts")).openAudit(path),
  askStatus: async (place) => await (await import("../app/status/ask-status.ts")).askStatus(place),
  supervisorMachine: async (env) => (await import("../app/supervisor/machine.ts")).thisMachine(env),
  serveHappi: async (request) => {
    const { serveHappi } = await import("../app/serve-happi.ts");
    return await serveHappi({ ...request, input: process.stdin, output: process.stdout });
  },
};
