import { mkdirSync } from "node:fs";
import type { Command } from "commander";
import { checkToken } from "../../app/doctor/bot-api-check.ts";
import { databasePath } from "../../config/file-paths.ts";
import type { LoadedConfig } from "../../config/load-config.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import { loadCliConfig } from "../cli-config.ts";

/** `takopi pair`: a one-time code that lets one more user in. The bot may run meanwhile. */
export function addPair(program: Command, cli: Cli): void {
  program
    .command("pair")
    .description("print a one-time code that lets another Telegram user in")
    .action(async (_options: unknown, command: Command) => await pair(cli, command.optsWithGlobals<GlobalOptions>()));
}

async function pair(cli: Cli, options: GlobalOptions): Promise<void> {
  const loaded = await loadCliConfig(cli, { ...options, tokenRequired: true });
  mkdirSync(loaded.dir, { recursive: true, mode: 0o700 });
  const store = await cli.app.openStore(databasePath(loaded.dir));
  try {
    const code = await cli.app.openPairing(store);
    cli.io.stdout(`${code}\n`);
  } finally {
    store.close();
  }
  cli.io.stderr(await instructions(loaded));
}

/** On standard error, so that the code alone can be piped on. */
async function instructions({ config }: LoadedConfig): Promise<string> {
  const { api_root: apiRoot, bot_token: token, allowed_user_ids: allowed } = config.transports.telegram;
  const bot = await checkToken(apiRoot, token);
  const name = bot.kind === "ok" ? `@${bot.username}` : "your bot";
  const lines = [
    `Send this code to ${name} in a private chat within one hour. It works once, while takopi is running.`,
  ];
  if (bot.kind !== "ok") lines.push(`The bot's name is not known: ${bot.problem}.`);
  if (allowed.length > 0) {
    lines.push(
      "transports.telegram.allowed_user_ids is set, so only the users in it may chat: add the new one's id there too.",
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}
