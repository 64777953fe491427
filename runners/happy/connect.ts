import { isAbsolute, join } from "node:path";
import { resolveCredentials } from "./client/credentials.ts";
import { HappyClient } from "./client/happy-client.ts";
import { signIn } from "./client/sign-in.ts";
import type { HappyRunnerOptions } from "./options.ts";

type Environment = Readonly<Record<string, string>>;

/**
 * A client with the credentials of the table, else of the environment, else of this user's key file. Throws `AuthenticationError`, and
 * `ConnectionError` when a token must be asked for.
 */
export async function connect(
  { config, configDir, patience = {} }: HappyRunnerOptions,
  env: Environment,
  signal: AbortSignal,
): Promise<HappyClient> {
  const serverUrl = config.server_url ?? env["HAPPY_SERVER_URL"];
  const credentialsPath = config.credentials && fileAt(config.credentials, configDir);
  const fromTable = config.secret !== undefined || credentialsPath !== undefined;
  const secretB64 = fromTable ? config.secret : env["HAPPY_SECRET"];
  const token = fromTable ? config.token : env["HAPPY_TOKEN"];
  // Checks what is there, the address too, before anything is sent to it.
  const given = { serverUrl, credentialsPath, secretB64, token: token ?? (secretB64 && "to be asked for") };
  const checked = resolveCredentials(given, env);
  if (secretB64 === undefined || token !== undefined) return new HappyClient({ patience }, checked);
  return new HappyClient({ patience }, { ...checked, token: await signIn(checked.serverUrl, secretB64, signal) });
}

function fileAt(path: string, configDir: string): string {
  return isAbsolute(path) || path.startsWith("~/") ? path : join(configDir, path);
}
