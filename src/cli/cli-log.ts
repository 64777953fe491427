import { createLog, logOptionsFromEnv } from "../app/log.ts";
import type { Log } from "../bridge/ports.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { secretsOfEnvironment } from "../config/own-secrets.ts";
import { isSecretKey } from "../config/secret-shapes.ts";
import type { Cli, GlobalOptions } from "./cli.ts";
import type { ConfigPlace } from "./cli-config.ts";

/** The log of a running bot: what the environment asks for, `--debug` over it, the secrets of the configuration kept out. */
export function createCliLog(cli: Cli, options: GlobalOptions, loaded?: LoadedConfig & ConfigPlace): Log {
  const log = createLog({
    ...logOptionsFromEnv(cli.io.env),
    ...(options.debug === true && { level: "debug" }),
    secrets: [
      ...secretsOfEnvironment(cli.io.env, loaded?.config.secrets.names ?? []),
      ...(loaded === undefined ? [] : secretsOf(loaded)),
    ],
    write: cli.io.stderr,
  });
  for (const warning of loaded?.warnings ?? []) log.warn(warning);
  return log;
}

function secretsOf({ config, engineTable, engineIds }: LoadedConfig & ConfigPlace): readonly string[] {
  return secretTexts([config, ...engineIds.map((id) => engineTable(id))], "");
}

/** Every text under a key that is named like a secret, however deep. */
function secretTexts(value: unknown, key: string): readonly string[] {
  if (typeof value === "string") return isSecretKey(key) && value !== "" ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => secretTexts(item, Array.isArray(value) ? key : name));
}
