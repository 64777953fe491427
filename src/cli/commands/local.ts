import { dirname, join } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { Cli, GlobalOptions } from "../cli.ts";
import type { ExitCode } from "../cli-error.ts";
import { configPath, isConfigured, loadCliConfig } from "../cli-config.ts";
import { createCliLog } from "../cli-log.ts";
import { runUntilStopped } from "../run-until-stopped.ts";
import { readVersion } from "../version.ts";

/** What the local bot may be told beside the configuration. */
export interface LocalChoices {
  readonly engine?: string;
  readonly port?: number;
}

/** `takopi local`: the bot against a Telegram of its own, with a chat page in the browser. */
export function addLocal(program: Command, cli: Cli, onExit: (code: ExitCode) => void): void {
  program
    .command("local")
    .description("chat with your engines in the browser, without Telegram")
    .option("--port <number>", "port of the page; default: any free one", parsePort)
    .action(async ({ port }: LocalChoices, command: Command) => {
      onExit(await startLocally(cli, command.optsWithGlobals<GlobalOptions>(), port === undefined ? {} : { port }));
    });
}

/** Starts at once and asks nothing; without a configuration everything has its default. */
export async function startLocally(cli: Cli, options: GlobalOptions, choices: LocalChoices): Promise<ExitCode> {
  const { io, app } = cli;
  const loaded = isConfigured(cli, options)
    ? await loadCliConfig(cli, { ...options, tokenRequired: false })
    : undefined;
  const request = {
    ...choices,
    ...(loaded !== undefined && { loaded }),
    log: createCliLog(cli, options, loaded),
    version: readVersion(),
    cwd: io.cwd,
    env: io.env,
    dataDir: join(dirname(configPath(cli, options)), "local"),
  };
  return await runUntilStopped(
    io,
    async () => await app.startLocal(request),
    ({ url, defaultEngine }) => io.stdout(greeting(url, defaultEngine)),
  );
}

function greeting(url: string, engine: string): string {
  const note =
    engine === "mock" ? " (scripted: no coding agent was found; takopi engines says how to install one)" : "";
  return `Chat with takopi here: ${url}\nEngine: ${engine}${note}\nConnect a real bot: takopi setup\n`;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}
