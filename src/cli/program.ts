import { Command, CommanderError } from "commander";
import { redact } from "../app/secrets/redact.ts";
import { StartError } from "../app/start-error.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Cli, GlobalOptions } from "./cli.ts";
import { CliError, type ExitCode } from "./cli-error.ts";
import { addAudit } from "./commands/audit.ts";
import { addConfig } from "./commands/config.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEngines } from "./commands/engines.ts";
import { addHappi } from "./commands/happi.ts";
import { addLocal } from "./commands/local.ts";
import { addPair } from "./commands/pair.ts";
import { addSetup } from "./commands/setup.ts";
import { addService } from "./commands/service.ts";
import { addStart } from "./commands/start.ts";
import { addStatus } from "./commands/status.ts";
import { readVersion } from "./version.ts";

const EXAMPLES = `
Examples:
  takopi                    start the bot; without a configuration, chat in the browser at once
  takopi claude             start it with claude as the default engine
  takopi setup              connect a Telegram bot, step by step
  takopi local --port 8080  chat in the browser, without Telegram
  takopi service install    keep the bot running, also after a restart of the machine
  takopi status             say how the running bot is doing
  takopi doctor             find out why something does not work
  takopi config set default_engine codex
  takopi --config ~/other/takopi.toml
`;

/** Runs one command line (without the names of node and the script) and resolves with the exit code. Never rejects. */
export async function runCli(args: readonly string[], cli: Cli): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram(cli, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return reportError(error, cli, program.opts<GlobalOptions>().debug === true);
  }
}

function buildProgram(cli: Cli, onExit: (code: ExitCode) => void): Command {
  const program = new Command("takopi")
    .description("Puts the coding agents on this machine into your pocket: a Telegram bot that runs them for you.")
    .exitOverride()
    .configureOutput({ writeOut: cli.io.stdout, writeErr: cli.io.stderr })
    .version(readVersion(), "--version", "print the version")
    .option("--config <file>", "use this file instead of ~/.takopi/takopi.toml")
    .option("--debug", "log everything, and show where an error came from")
    .option("--final-notify", "answers make a sound (default)")
    .option("--no-final-notify", "answers come silently")
    .addHelpText("after", EXAMPLES);
  addStart(program, cli, onExit);
  addSetup(program, cli);
  addLocal(program, cli, onExit);
  addPair(program, cli);
  addStatus(program, cli, onExit);
  addService(program, cli);
  addDoctor(program, cli, onExit);
  addAudit(program, cli, onExit);
  addEngines(program, cli);
  addHappi(program, cli, onExit);
  addConfig(program, cli);
  return program;
}

/** One clear sentence on standard error; where it came from only with `--debug`. */
function reportError(error: unknown, { io }: Cli, isDebug: boolean): ExitCode {
  // Help and version end this way too; what is to be said has been said.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  const prefix = error instanceof ConfigError ? "" : "takopi: ";
  io.stderr(redact(`${prefix}${message}\n`, []));
  if (isDebug && error instanceof Error) io.stderr(redact(`${stackOf(error)}\n`, []));
  return exitCodeOf(error);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  const isConfiguration = error instanceof ConfigError || (error instanceof StartError && error.isConfiguration);
  return isConfiguration ? 78 : 1;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
