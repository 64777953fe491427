import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { databasePath } from "../../config/file-paths.ts";
import type { AuditReader, AuditRow } from "../../store/read-audit.ts";
import { auditJson, auditLine } from "../audit-lines.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import type { ExitCode } from "../cli-error.ts";
import { loadCliConfig } from "../cli-config.ts";
import { runUntilStopped } from "../run-until-stopped.ts";

interface AuditOptions extends GlobalOptions {
  /** Milliseconds back from now. */
  readonly since: number;
  readonly person?: string;
  readonly json?: true;
  readonly follow?: true;
}

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

const WEEK_MS = 7 * 86_400_000;

const FOLLOW_MS = 1_000;

/** `takopi audit`: who did what. Reads the journal only; the bot may run meanwhile. */
export function addAudit(program: Command, cli: Cli, onExit: (code: ExitCode) => void): void {
  program
    .command("audit")
    .description("print who did what: pairings, refusals, prompts, decisions, cancels, choices")
    .option("--since <time>", "how far back, such as 30m, 12h, 7d or 4w", parseSpan, WEEK_MS)
    .option("--person <id>", "only what this user id did, or the bot (bot)")
    .option("--json", "one JSON object a line")
    .option("--follow", "go on printing what happens, until Ctrl-C")
    .action(async (_options: unknown, command: Command) => {
      onExit(await audit(cli, command.optsWithGlobals<AuditOptions>()));
    });
}

async function audit(cli: Cli, options: AuditOptions): Promise<ExitCode> {
  const { dir } = await loadCliConfig(cli, { ...options, tokenRequired: false });
  const reader = await cli.app.openAudit(journalOf(dir));
  const print = newRowsPrinter(cli, options, reader);
  try {
    print();
    return options.follow === true ? await follow(cli, print) : 0;
  } finally {
    reader.close();
  }
}

/** The bot's, or where only a local one was ever started, that one's: it is in a folder of its own. */
function journalOf(dir: string): string {
  const [own, local] = [databasePath(dir), databasePath(join(dir, "local"))];
  return existsSync(own) || !existsSync(local) ? own : local;
}

/** Each call prints what has come since the one before. */
function newRowsPrinter({ io }: Cli, { since, person, json }: AuditOptions, reader: AuditReader): () => void {
  const query = { since: Date.now() - since, ...(person !== undefined && { person }) };
  let afterId = 0;
  const line = (row: AuditRow): string => (json === true ? auditJson(row) : auditLine(row));
  return () => {
    const rows = reader.rows({ ...query, afterId });
    afterId = rows.at(-1)?.id ?? afterId;
    for (const row of rows) io.stdout(line(row));
  };
}

async function follow(cli: Cli, print: () => void): Promise<ExitCode> {
  let timer: NodeJS.Timeout | undefined;
  const start = async (): Promise<{ finished: Promise<void>; stop(): Promise<void> }> => ({
    finished: new Promise((_, reject) => {
      timer = setInterval(() => {
        try {
          print();
        } catch (error) {
          reject(error);
        }
      }, FOLLOW_MS);
    }),
    stop: async () => clearInterval(timer),
  });
  return await runUntilStopped(cli.io, start, () => {});
}

function parseSpan(text: string): number {
  const { count = "", unit = "" } = /^(?<count>\d{1,6})(?<unit>[mhdw])$/.exec(text)?.groups ?? {};
  const unitMs = UNITS[unit];
  if (unitMs === undefined) throw new InvalidArgumentError("Write a number and m, h, d or w, such as 7d.");
  return Number(count) * unitMs;
}
