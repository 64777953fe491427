import { join } from "node:path";
import { agentText } from "./agent-text.ts";
import type { SupervisorMachine } from "./machine.ts";
import { MARK, ownedText, writeOwned } from "./owned-file.ts";
import type { InstallOutcome, SupervisedBot, Supervisor } from "./supervisor.ts";
import { SupervisorError } from "./supervisor-error.ts";

/** A bot that is stopping gets the time its stop takes. */
const END_LOOKS = 40;
const LOOK_EVERY_MS = 500;

/** Agents of the user's own launchd. */
export function launchd(machine: SupervisorMachine): Supervisor {
  return {
    kind: "launchd",
    install: (bot) => install(machine, bot),
    uninstall: (name) => uninstall(machine, name),
    restart: async (name) => {
      if (ownedText(machine, agentFile(machine, name)) === undefined) {
        throw new SupervisorError("nothing is installed for this configuration: takopi service install");
      }
      await endForRestart(machine, name);
      await control(machine, "kickstart", target(machine, name));
    },
    state: async (name) => {
      const file = agentFile(machine, name);
      const isThere = machine.readFile(file) !== undefined;
      return { isRunning: await isRunning(machine, name), ...(isThere && { file }) };
    },
    logs: async (name, { lines, isFollowing, ...watch }) => {
      const args = ["-n", `${lines}`, ...(isFollowing ? ["-F"] : []), logFile(machine, name)];
      await machine.follow("tail", args, watch);
    },
  };
}

async function install(machine: SupervisorMachine, bot: SupervisedBot): Promise<InstallOutcome> {
  const file = agentFile(machine, bot.name);
  const text = agentText({ bot, ...machine, mark: MARK, logFile: logFile(machine, bot.name) });
  const change = writeOwned(machine, file, text);
  const isLoaded = (await machine.run("launchctl", ["print", target(machine, bot.name)])).ok;
  if (isLoaded && change !== "unchanged") {
    await endForRestart(machine, bot.name);
    await control(machine, "bootout", target(machine, bot.name));
  }
  if (!isLoaded || change !== "unchanged") {
    await control(machine, "enable", target(machine, bot.name));
    await control(machine, "bootstrap", domain(machine), file);
  }
  return { change, file, hints: [] };
}

async function uninstall(machine: SupervisorMachine, name: string): Promise<string | undefined> {
  const file = agentFile(machine, name);
  if (ownedText(machine, file) === undefined) return undefined;
  // Not loaded is as good as unloaded.
  await machine.run("launchctl", ["bootout", target(machine, name)]);
  machine.removeFile(file);
  return file;
}

/** `kickstart -k` would kill it, and its runs with it; this signal leaves those that can be taken up again. */
async function endForRestart(machine: SupervisorMachine, name: string): Promise<void> {
  await machine.run("launchctl", ["kill", "SIGUSR2", target(machine, name)]);
  for (let look = 0; look < END_LOOKS && (await isRunning(machine, name)); look += 1)
    await machine.pause(LOOK_EVERY_MS);
}

async function isRunning(machine: SupervisorMachine, name: string): Promise<boolean> {
  const { ok, output } = await machine.run("launchctl", ["print", target(machine, name)]);
  return ok && /^\s*pid = \d+/m.test(output);
}

async function control(machine: SupervisorMachine, ...args: readonly string[]): Promise<void> {
  const result = await machine.run("launchctl", args);
  if (result.ok) return;
  const said = result.output === "" ? (result.problem ?? "no reason given") : result.output;
  throw new SupervisorError(`launchctl ${args.join(" ")} failed: ${said}`);
}

function domain({ user }: SupervisorMachine): string {
  return `gui/${user.id}`;
}

function target(machine: SupervisorMachine, name: string): string {
  return `${domain(machine)}/${name}`;
}

function agentFile({ home }: SupervisorMachine, name: string): string {
  return join(home, "Library", "LaunchAgents", `${name}.plist`);
}

function logFile({ home }: SupervisorMachine, name: string): string {
  return join(home, "Library", "Logs", `${name}.log`);
}
