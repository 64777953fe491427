import type { Command } from "commander";
import { checkToken } from "../../app/doctor/bot-api-check.ts";
import type { EngineStatus } from "../../app/engines/engines.ts";
import { programPlace } from "../../app/engines/program-place.ts";
import type { Workflow } from "../../app/setup.ts";
import { loadBeforeSetup, remainingProblem, setAsideConfig, syntaxProblem, writeSetup } from "../../app/setup.ts";
import type { PairedUser } from "../../bridge/store-port.ts";
import { databasePath } from "../../config/file-paths.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import { CliError } from "../cli-error.ts";
import { configPath, findConfig } from "../cli-config.ts";
import { createCliLog } from "../cli-log.ts";
import type { Choice, Questions } from "../questions.ts";

const WORKFLOWS: readonly Choice<Workflow>[] = [
  { value: "assistant", label: "assistant", hint: "the chat goes on by itself; /new starts afresh (recommended)" },
  { value: "handoff", label: "handoff", hint: "reply to continue a session, or paste its line into a terminal" },
];

const BOTFATHER = `1. Open Telegram and write to @BotFather
2. Send /newbot and choose a name
3. Copy the token it gives you`;

/** `takopi setup`: from a bot token to a bot that answers its owner. */
export function addSetup(program: Command, cli: Cli): void {
  program
    .command("setup")
    .description("connect a Telegram bot, step by step")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      requireTerminal(cli, options);
      await setup(cli, options);
    });
}

async function setup(cli: Cli, options: GlobalOptions): Promise<void> {
  const questions = await cli.questions();
  const path = configPath(cli, options);
  questions.begin("takopi setup");
  await clearPath(questions, path);
  const target = await findConfig(cli, options);
  const problem = remainingProblem(target);
  if (problem !== undefined) throw new CliError(`correct ${path} first, or move it away:\n${problem}`, 1);
  const loaded = loadBeforeSetup(target, cli.io.env);
  const apiRoot = loaded.config.transports.telegram.api_root;
  const bot = await askToken(questions, apiRoot);
  const owner = await pairOwner(cli, options, { ...bot, apiRoot, dir: loaded.dir });
  const defaultEngine = await askEngine(questions, (await cli.app.loadEngines(loaded, cli.io.env)).all);
  const workflow = await questions.choose("How do you want to work?", WORKFLOWS);
  writeSetup(target, { token: bot.token, owner, defaultEngine, workflow });
  questions.end(`Written to ${path}. Start the bot: takopi`);
}

function requireTerminal(cli: Cli, options: GlobalOptions): void {
  if (cli.io.isInteractive) return;
  const path = configPath(cli, options);
  const instead = `write ${path} (takopi.toml.example shows how) or set TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN, then run: takopi pair`;
  throw new CliError(`setup asks questions and needs a terminal. Without one, ${instead}`, 1);
}

/** Moves a file away that can't be read, if that is wanted. */
async function clearPath(questions: Questions, path: string): Promise<void> {
  const problem = syntaxProblem(path);
  if (problem === undefined) return;
  questions.tell("The configuration can't be read", problem);
  const isAgreed = await questions.confirm(`Keep it as ${path}.bak and write a new one?`);
  if (!isAgreed) throw new CliError(`correct ${path} first`, 1);
  setAsideConfig(path);
}

async function askToken(questions: Questions, apiRoot: string): Promise<{ token: string; username: string }> {
  questions.tell("A bot of your own", BOTFATHER);
  for (;;) {
    const token = await questions.secret("Paste the token", (answer) =>
      answer === "" ? "The token is missing" : undefined,
    );
    const outcome = await questions.wait("Asking Telegram who that is", async () => await checkToken(apiRoot, token));
    if (outcome.kind === "ok") return { token, username: outcome.username };
    questions.tell("That did not work", outcome.problem);
  }
}

interface BotAtHand {
  readonly apiRoot: string;
  readonly token: string;
  readonly username: string;
  readonly dir: string;
}

async function pairOwner(cli: Cli, options: GlobalOptions, bot: BotAtHand): Promise<PairedUser> {
  const { app } = cli;
  const questions = await cli.questions();
  // Receiving updates is for one process only, and it may be a running takopi.
  const locks = await app.takeLocks({ ...bot, env: cli.io.env });
  const store = await app.openStore(databasePath(bot.dir));
  try {
    const code = await app.openPairing(store);
    const where = `Write to @${bot.username} in Telegram (https://t.me/${bot.username}) and send this code:`;
    questions.tell("Say who you are", `${where}\n\n    ${code}`);
    const log = createCliLog(cli, options);
    const owner = await questions.wait(
      "Waiting for the code",
      async () => await app.waitForPairing({ ...bot, store, log, signal: new AbortController().signal }),
    );
    if (owner === undefined) throw new CliError("the setup was left before its end; nothing was written", 1);
    return owner;
  } finally {
    store.close();
    locks.release();
  }
}

async function askEngine(questions: Questions, engines: readonly EngineStatus[]): Promise<string> {
  const ready = engines.filter((engine) => engine.state === "ready");
  const missing = engines.filter((engine) => engine.installHint !== undefined && engine.state === "missing");
  if (missing.length > 0) {
    const lines = missing.map((engine) => `${engine.id}: ${engine.installHint ?? ""}`);
    questions.tell("Engines that are not installed", lines.join("\n"));
  }
  // Engines inside this program come last: they are there for trying things out.
  const choices = [...ready].sort((a, b) => Number(a.program === undefined) - Number(b.program === undefined));
  return await questions.choose(
    "Which engine runs your prompts?",
    choices.map((engine) => ({ value: engine.id, label: engine.id, hint: programPlace(engine) })),
  );
}
