import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { SupervisorMachine } from "../../app/supervisor/machine.ts";
import type { SupervisedBot, Supervisor } from "../../app/supervisor/supervisor.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import { CliError } from "../cli-error.ts";
import { configPath, loadCliConfig } from "../cli-config.ts";

const EXAMPLES = `
On Linux this is a unit of your own systemd, on macOS an agent of launchd. docs/service.md says what is in it.
`;

/** How long a bot may take until it answers `takopi status`. */
const START_LOOKS = 30;
const LOOK_EVERY_MS = 500;

/** What this terminal has and a service does not: settings by environment, keys of engines, proxies. */
const OWN_VARIABLES = /^(TAKOPI__.+|.+_API_KEY|.+_AUTH_TOKEN|(HTTPS?|ALL)_PROXY)$/i;

/** `takopi service …`: lets the machine start the bot, and start it again when it failed. */
export function addService(program: Command, cli: Cli): void {
  const service = program
    .command("service")
    .description("keep takopi running: started with the machine, and again when it failed")
    .addHelpText("after", EXAMPLES);
  const add = (name: string, description: string, act: (scene: Scene) => Promise<void>): void => {
    service
      .command(name)
      .description(description)
      .action(async (_options: unknown, command: Command) => await act(await sceneOf(cli, command)));
  };
  add("install", "install it, or bring what is installed up to date, and start it", install);
  add("uninstall", "stop it and remove what was installed", uninstall);
  add("restart", "start it anew; runs go on where their engines can", restart);
  add("status", "say whether it is installed and runs", state);
  service
    .command("logs")
    .description("print its log")
    .option("-f, --follow", "go on until Ctrl-C")
    .option("-n, --lines <number>", "how many of the latest lines", parseLines, 100)
    .action(async (options: LogOptions, command: Command) => await logs(await sceneOf(cli, command), options));
}

interface LogOptions {
  readonly follow?: true;
  readonly lines: number;
}

interface Scene {
  readonly cli: Cli;
  readonly options: GlobalOptions;
  readonly machine: SupervisorMachine;
  readonly supervisor: Supervisor;
  readonly bot: SupervisedBot;
}

async function sceneOf(cli: Cli, command: Command): Promise<Scene> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const machine = await cli.app.supervisorMachine(cli.io.env);
  const { findSupervisor } = await import("../../app/supervisor/find-supervisor.ts");
  const { supervisedBot } = await import("../../app/supervisor/supervised-bot.ts");
  const supervisor = await findSupervisor(machine);
  const bot = supervisedBot(machine, { config: configPath(cli, options), cwd: cli.io.cwd });
  return { cli, options, machine, supervisor, bot };
}

async function install(scene: Scene): Promise<void> {
  const { cli, bot, supervisor } = scene;
  await checkConfig(scene);
  await refuseSecondBot(scene);
  const { change, file, hints } = await supervisor.install(bot);
  const lines = [
    change === "unchanged" ? `✓ ${bot.name} is installed already: ${file}` : `✓ ${bot.name} is ${change}: ${file}`,
    `  It works in ${bot.cwd} unless a message names a project.`,
    await upLine(scene),
    ...[...hints, ...environmentHints(scene)].map((hint) => `! ${hint}`),
  ];
  cli.io.stdout(lines.map((line) => `${line}\n`).join(""));
}

/** Before anything is written: what can't start would be started again and again. */
async function checkConfig({ cli, options, bot }: Scene): Promise<void> {
  if (!existsSync(bot.config)) {
    const todo = `there is no file ${bot.config}, and what is set in this terminal only is not known to a service`;
    throw new CliError(`${todo}. Write it first: takopi setup`, 1);
  }
  // As the service will see it.
  const env = Object.fromEntries(Object.entries(cli.io.env).filter(([name]) => !name.startsWith("TAKOPI__")));
  await loadCliConfig({ ...cli, io: { ...cli.io, env } }, { ...options, tokenRequired: true });
}

async function refuseSecondBot({ cli, bot, supervisor }: Scene): Promise<void> {
  const { isRunning } = await supervisor.state(bot.name);
  const answer = await cli.app.askStatus({ dir: dirname(bot.config), env: cli.io.env });
  if (isRunning || answer.kind === "not_running") return;
  const pid = answer.kind === "report" ? answer.report.pid : answer.pid;
  const who = pid === undefined ? "" : ` as process ${pid}`;
  throw new CliError(`takopi is running already${who}: stop it first (Ctrl-C in its terminal), then try again`, 1);
}

async function upLine({ cli, bot, machine }: Scene): Promise<string> {
  for (let look = 0; look < START_LOOKS; look += 1) {
    const answer = await cli.app.askStatus({ dir: dirname(bot.config), env: cli.io.env });
    if (answer.kind === "report") return `✓ running as @${answer.report.bot}, process ${answer.report.pid}`;
    await machine.pause(LOOK_EVERY_MS);
  }
  return "! It does not answer yet. See what it says: takopi service logs";
}

function environmentHints({ cli, bot, supervisor }: Scene): readonly string[] {
  const names = Object.keys(cli.io.env).filter((name) => OWN_VARIABLES.test(name));
  if (names.length === 0) return [];
  const where =
    supervisor.kind === "systemd"
      ? `write NAME=value lines for what it needs into ${dirname(bot.config)}/service.env (chmod 600)`
      : "write what it needs into takopi.toml";
  return [`It does not have ${names.join(", ")} of this terminal: ${where}, then: takopi service restart`];
}

async function uninstall({ cli, bot, supervisor }: Scene): Promise<void> {
  const removed = await supervisor.uninstall(bot.name);
  if (removed === undefined) throw new CliError(`nothing was installed for ${bot.config}`, 1);
  cli.io.stdout(`✓ stopped, and removed ${removed}. Its configuration and journal are untouched.\n`);
}

async function restart(scene: Scene): Promise<void> {
  await scene.supervisor.restart(scene.bot.name);
  scene.cli.io.stdout(`${await upLine(scene)}\n`);
}

async function state({ cli, bot, supervisor }: Scene): Promise<void> {
  const { file, isRunning } = await supervisor.state(bot.name);
  if (file === undefined) throw new CliError("not installed. Install it: takopi service install", 1);
  const running = isRunning ? "runs; takopi status says more" : "does not run; takopi service logs says why";
  cli.io.stdout(`${isRunning ? "✓" : "✗"} ${bot.name} is installed and ${running}\n  ${file}\n`);
}

async function logs({ cli, bot, supervisor }: Scene, { follow, lines }: LogOptions): Promise<void> {
  const abort = new AbortController();
  const unlisten = cli.io.onStopSignal(() => abort.abort());
  try {
    const onLine = (line: string): void => cli.io.stdout(`${line}\n`);
    await supervisor.logs(bot.name, { lines, isFollowing: follow === true, onLine, signal: abort.signal });
  } finally {
    unlisten();
  }
}

function parseLines(text: string): number {
  const lines = Number(text);
  if (!/^\d+$/.test(text) || lines > 1_000_000) throw new InvalidArgumentError("Write a number of lines.");
  return lines;
}
