import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { StatusAnswer } from "../../app/status/ask-status.ts";
import type { StatusReport } from "../../app/status/status-report.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import type { ExitCode } from "../cli-error.ts";
import { configPath } from "../cli-config.ts";
import { describeStatus } from "../describe-status.ts";

type StatusOptions = GlobalOptions & { readonly json?: true };

const MEANINGS = `
Ends with 0 when all is well, with 1 when takopi is not running, and with 3 when it runs and something is wrong.
`;

/** `takopi status`: asks the bot that runs with this configuration how it is. */
export function addStatus(program: Command, cli: Cli, onExit: (code: ExitCode) => void): void {
  program
    .command("status")
    .description("say how the running takopi is doing: runs, queue, connection, last error")
    .option("--json", "print one line of JSON, for programs")
    .addHelpText("after", MEANINGS)
    .action(async (_options: unknown, command: Command) => {
      onExit(await status(cli, command.optsWithGlobals<StatusOptions>()));
    });
}

async function status(cli: Cli, options: StatusOptions): Promise<ExitCode> {
  const path = configPath(cli, options);
  const answer = await askEither(cli, dirname(path));
  if (options.json === true) {
    cli.io.stdout(`${JSON.stringify(jsonOf(answer))}\n`);
    return exitCodeOf(answer);
  }
  if (answer.kind === "report") cli.io.stdout(describeStatus(answer.report));
  else cli.io.stderr(`takopi: ${sentenceOf(answer, options.config)}\n`);
  return exitCodeOf(answer);
}

/** The bot of the configuration, or else the local one, whose journal is in a folder of its own. */
async function askEither({ app, io }: Cli, dir: string): Promise<StatusAnswer> {
  const answer = await app.askStatus({ dir, env: io.env });
  if (answer.kind !== "not_running") return answer;
  return await app.askStatus({ dir: join(dir, "local"), env: io.env });
}

function exitCodeOf(answer: StatusAnswer): ExitCode {
  if (answer.kind === "not_running") return 1;
  return answer.kind === "report" && answer.report.isWell ? 0 : 3;
}

function jsonOf(answer: StatusAnswer): StatusReport | Readonly<Record<string, unknown>> {
  if (answer.kind === "report") return { isRunning: true, ...answer.report };
  if (answer.kind === "not_running") return { isRunning: false };
  const { pid, problem } = answer;
  return { isRunning: true, isWell: false, problems: [problem], ...(pid !== undefined && { pid }) };
}

function sentenceOf(answer: Exclude<StatusAnswer, { kind: "report" }>, config: string | undefined): string {
  const start = config === undefined ? "takopi" : `takopi --config ${config}`;
  if (answer.kind === "not_running") return `not running. Start it: ${start}`;
  const who = answer.pid === undefined ? "" : ` as process ${answer.pid}`;
  return `it seems to run${who}, but ${answer.problem}. Look at its log, or stop it and start it again: ${start}`;
}
