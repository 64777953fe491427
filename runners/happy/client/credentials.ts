import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { decodeSecret } from "./crypto/keys.ts";
import { AuthenticationError } from "./errors.ts";

/** What a client needs to speak with a server. */
export interface Credentials {
  /** Without a slash at the end. */
  readonly serverUrl: string;
  readonly token: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** The three ways to name credentials, in their order: `token` with `secretB64`, a key file, the key file of this computer's user. */
export interface CredentialOptions {
  /** Such as `https://api.happy.engineering`; default: `HAPPY_SERVER_URL`. */
  readonly serverUrl?: string | undefined;
  /** Path of an `access.key` or `agent.key`; may begin with `~/`. */
  readonly credentialsPath?: string | undefined;
  readonly token?: string | undefined;
  /** The secret of the account, or of one machine, as base64. */
  readonly secretB64?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Throws `AuthenticationError` when something is missing or malformed. Without a path, `agent.key` is tried before `access.key`: it has
 * the account's secret, which opens more than that of a machine.
 */
export function resolveCredentials(options: CredentialOptions, env: Environment): Credentials {
  const serverUrl = serverUrlOf(options.serverUrl ?? env["HAPPY_SERVER_URL"]);
  const { token, secretB64 } = options;
  if (token === undefined && secretB64 === undefined) return { serverUrl, ...keyFile(options.credentialsPath, env) };
  if (token === undefined || secretB64 === undefined)
    throw new AuthenticationError("a Happy token and its secret belong together: give both, or neither for a key file");
  return { serverUrl, token, secret: decodeSecret(secretB64) };
}

/** From `HAPPY_TOKEN`, `HAPPY_SECRET` and `HAPPY_SERVER_URL` alone. Throws `AuthenticationError` when one is missing. */
export function credentialsFromEnv(serverUrl: string | undefined, env: Environment): Credentials {
  const missing = ["HAPPY_TOKEN", "HAPPY_SECRET"].filter((name) => (env[name] ?? "") === "");
  if (missing.length > 0) throw new AuthenticationError(`${missing.join(" and ")} must be set in the environment`);
  return resolveCredentials({ serverUrl, token: env["HAPPY_TOKEN"], secretB64: env["HAPPY_SECRET"] }, env);
}

function serverUrlOf(text: string | undefined): string {
  if (text === undefined || text === "")
    throw new AuthenticationError(
      "the address of the Happy server is missing: give serverUrl, or set HAPPY_SERVER_URL",
    );
  if (!/^https?:\/\/[^/]/u.test(text))
    throw new AuthenticationError("the address of the Happy server must begin with https:// or http://");
  return text.replace(/\/+$/u, "");
}

/** `secret` is the account's; `machineKey` that of the machine the file is on. */
const keyFileSchema = z.looseObject({
  token: z.string().min(1),
  secret: z.string().optional(),
  encryption: z.looseObject({ machineKey: z.string() }).optional(),
});

function keyFile(path: string | undefined, env: Environment): Pick<Credentials, "token" | "secret"> {
  const home = env["HAPPY_HOME_DIR"] ?? join(homedir(), ".happy");
  const candidates = path === undefined ? ["agent.key", "access.key"].map((name) => join(home, name)) : [path];
  for (const candidate of candidates.map(withHome)) {
    const text = readOrNothing(candidate);
    if (text !== undefined) return parseKeyFile(text, candidate);
  }
  throw new AuthenticationError(
    `no Happy key file at ${candidates.join(" or ")}: run happy auth login (or happy-agent auth login) there, or give a token and a secret`,
  );
}

function parseKeyFile(text: string, path: string): Pick<Credentials, "token" | "secret"> {
  const parsed = keyFileSchema.safeParse(jsonOrNothing(text));
  const secret = parsed.data?.secret ?? parsed.data?.encryption?.machineKey;
  if (parsed.data === undefined || secret === undefined)
    throw new AuthenticationError(`${path} is not a Happy key file: it has no token, or neither secret nor machineKey`);
  return { token: parsed.data.token, secret: decodeSecret(secret) };
}

function withHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not there, or not for us: the error names every place that was tried.
    return undefined;
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
