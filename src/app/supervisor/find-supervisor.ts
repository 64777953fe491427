import { launchd } from "./launchd.ts";
import type { SupervisorMachine } from "./machine.ts";
import type { Supervisor } from "./supervisor.ts";
import { SupervisorError } from "./supervisor-error.ts";
import { systemd } from "./systemd.ts";

/** The supervisor of this machine. Throws `SupervisorError` where there is none. */
export async function findSupervisor(machine: SupervisorMachine): Promise<Supervisor> {
  const { platform, node, program } = machine;
  if (platform === "darwin") return launchd(machine);
  if (platform === "linux") return await systemd(machine);
  throw new SupervisorError(
    `takopi service knows systemd and launchd, and this is ${platform}: let its own scheduler start "${node} ${program}"`,
  );
}
