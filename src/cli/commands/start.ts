import type { Command } from "commander";
import { PROGRAM_COMMANDS } from "../../config/reserved-names.ts";
import { suggestion } from "../../config/suggest.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import { CliError, type ExitCode } from "../cli-error.ts";
import { type ConfigPlace, findConfig, isConfigured, loadCliConfig } from "../cli-config.ts";
import { createCliLog } from "../cli-log.ts";
import { runUntilStopped } from "../run-until-stopped.ts";
import { readVersion } from "../version.ts";
import { startLocally } from "./local.ts";

/** `takopi` and `takopi <engine>`: the bot, or, where nothing is configured yet, the local one at once. */
export function addStart(program: Command, cli: Cli, onExit: (code: ExitCode) => void): void {
  program
    .argument("[engine]", "start with this engine as the default one")
    .action(async (engine: string | undefined, options: GlobalOptions) => onExit(await start(cli, options, engine)));
}

async function start(cli: Cli, options: GlobalOptions, engine?: string): Promise<ExitCode> {
  const hasConfig = isConfigured(cli, options);
  // Before the configuration is checked: a mistyped command is not its fault.
  if (engine !== undefined) checkEngine(engine, await findConfig(cli, options));
  if (hasConfig) return await startConfigured(cli, options, engine);
  return await startLocally(cli, options, engine === undefined ? {} : { engine });
}

async function startConfigured(cli: Cli, options: GlobalOptions, engine?: string): Promise<ExitCode> {
  const { io, app } = cli;
  const loaded = await loadCliConfig(cli, { ...options, tokenRequired: true });
  const { finalNotify } = options;
  const request = {
    loaded,
    log: createCliLog(cli, options, loaded),
    version: readVersion(),
    cwd: io.cwd,
    env: io.env,
    ...(engine !== undefined && { engine }),
    ...(finalNotify !== undefined && { finalNotify }),
  };
  io.outliveReaders();
  return await runUntilStopped(
    io,
    async () => await app.startBot(request),
    ({ username, defaultEngine }) =>
      io.stdout(`takopi is listening as @${username} with ${defaultEngine}. Stop it with Ctrl-C.\n`),
  );
}

function checkEngine(engine: string, { engineIds, definedEngines }: ConfigPlace): void {
  const known = [...engineIds, ...definedEngines];
  if (known.includes(engine)) return;
  const hint = suggestion(engine, [...PROGRAM_COMMANDS, ...known]);
  throw new CliError(`there is no command and no engine "${engine}". ${hint}`, 2);
}
