import type { SecretCover } from "../../bridge/secret-cover.ts";
import type { LoadedConfig } from "../../config/load-config.ts";
import { secretsOfEnvironment, secretsOfTable } from "../../config/own-secrets.ts";
import { createSecretCover } from "./secret-cover.ts";

export interface BotSecrets {
  /** What the configuration wants covered. */
  readonly secrets: SecretCover;
  /** The bot's own token, whatever the configuration says. */
  readonly never: SecretCover;
}

/** What is secret on this machine: the values the bot itself was given, and everything that has the shape of a known secret. */
export function botSecrets(
  { config, engineTable }: LoadedConfig,
  env: Readonly<Record<string, string | undefined>>,
  engineIds: readonly string[],
): BotSecrets {
  const never = tokenParts(config.transports.telegram.bot_token);
  const nothing = { never, values: [], shapes: false, allow: [] };
  const { cover, names, allow } = config.secrets;
  const tables = [config, ...engineIds.map((id) => engineTable(id))];
  const values = [...secretsOfEnvironment(env, names), ...tables.flatMap(secretsOfTable)];
  const options = cover ? { never, values, shapes: true, allow } : nothing;
  return { secrets: createSecretCover(options), never: createSecretCover(nothing) };
}

/** The part behind the colon is the secret; the number before it is the bot's public id. */
function tokenParts(token: string): readonly string[] {
  if (token === "") return [];
  const secret = token.slice(token.indexOf(":") + 1);
  return secret.length >= 20 ? [token, secret] : [token];
}
