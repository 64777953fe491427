import { join } from "node:path";
import type { SupervisorMachine } from "./machine.ts";
import { MARK, ownedText, writeOwned } from "./owned-file.ts";
import type { InstallOutcome, SupervisedBot, Supervisor } from "./supervisor.ts";
import { SupervisorError } from "./supervisor-error.ts";
import { unitText } from "./unit-text.ts";

/** Units of the user's own systemd. Throws `SupervisorError` where none answers. */
export async function systemd(machine: SupervisorMachine): Promise<Supervisor> {
  const answer = await machine.run("systemctl", ["--user", "show-environment"]);
  if (!answer.ok) throw new SupervisorError(absence(machine));
  return {
    kind: "systemd",
    install: (bot) => install(machine, bot),
    uninstall: (name) => uninstall(machine, name),
    restart: async (name) => {
      requireUnit(machine, name);
      await control(machine, "restart", name);
    },
    state: async (name) => {
      const file = unitFile(machine, name);
      const isThere = machine.readFile(file) !== undefined;
      return { isRunning: await isActive(machine, name), ...(isThere && { file }) };
    },
    logs: async (name, { lines, isFollowing, ...watch }) => {
      const args = ["--user", "--unit", name, "--lines", `${lines}`, "--no-pager"];
      await machine.follow("journalctl", [...args, ...(isFollowing ? ["--follow"] : [])], watch);
    },
  };
}

async function install(machine: SupervisorMachine, bot: SupervisedBot): Promise<InstallOutcome> {
  const file = unitFile(machine, bot.name);
  const change = writeOwned(machine, file, unitText({ bot, ...machine, mark: MARK }));
  await control(machine, "daemon-reload");
  await control(machine, "enable", bot.name);
  // A restart leaves runs working; a start does nothing to a bot that runs already.
  await control(machine, change === "updated" ? "restart" : "start", bot.name);
  return { change, file, hints: await lingerHint(machine) };
}

async function uninstall(machine: SupervisorMachine, name: string): Promise<string | undefined> {
  const file = unitFile(machine, name);
  if (ownedText(machine, file) === undefined) return undefined;
  await control(machine, "disable", "--now", name);
  machine.removeFile(file);
  await control(machine, "daemon-reload");
  return file;
}

async function control(machine: SupervisorMachine, ...args: readonly string[]): Promise<void> {
  const result = await machine.run("systemctl", ["--user", ...args]);
  if (result.ok) return;
  const said = result.output === "" ? (result.problem ?? "no reason given") : result.output;
  throw new SupervisorError(`systemctl --user ${args.join(" ")} failed: ${said}`);
}

async function isActive(machine: SupervisorMachine, name: string): Promise<boolean> {
  const { output } = await machine.run("systemctl", ["--user", "is-active", name]);
  return ["active", "activating", "reloading"].includes(output.trim());
}

function requireUnit(machine: SupervisorMachine, name: string): void {
  if (ownedText(machine, unitFile(machine, name)) === undefined) {
    throw new SupervisorError("nothing is installed for this configuration: takopi service install");
  }
}

/** Units of users end with their last session, unless they linger. */
async function lingerHint(machine: SupervisorMachine): Promise<readonly string[]> {
  const { name } = machine.user;
  const { ok, output } = await machine.run("loginctl", ["show-user", name, "--property=Linger", "--value"]);
  if (ok && output.trim() === "yes") return [];
  return [
    `It ends when you log out. To keep it running, and to start it with the machine: loginctl enable-linger ${name}`,
  ];
}

function unitFile({ env, home }: SupervisorMachine, name: string): string {
  return join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "systemd", "user", `${name}.service`);
}

function absence({ node, program }: SupervisorMachine): string {
  return (
    "no systemd of your own answers here, as in containers and after su: log in directly, or let what starts your " +
    `programs start "${node} ${program}" and restart it when it fails (docs/service.md)`
  );
}
