import type { FollowOptions } from "./machine.ts";

/** What is to be kept running. */
export interface SupervisedBot {
  /** Of the unit or agent: `takopi`, or `takopi-<name>` for another configuration than the usual one. */
  readonly name: string;
  /** Absolute. */
  readonly config: string;
  /** Absolute. Runs without a project work there. */
  readonly cwd: string;
  /** Absolute directories, so that the same engines are found as in this terminal. */
  readonly path: readonly string[];
}

/** `hints`: what the user may want to do beside it, one sentence each. */
export interface InstallOutcome {
  readonly change: "installed" | "updated" | "unchanged";
  readonly file: string;
  readonly hints: readonly string[];
}

export interface SupervisorState {
  /** Absent when nothing of this name is installed. */
  readonly file?: string;
  readonly isRunning: boolean;
}

/** Starts bots at login and again when they failed. All of it throws `SupervisorError`. */
export interface Supervisor {
  readonly kind: "systemd" | "launchd";
  /** Writes what it needs and starts the bot; a running one is restarted when something changed. */
  install(bot: SupervisedBot): Promise<InstallOutcome>;
  /** Stops the bot and removes what `install` wrote. Undefined when nothing was there. */
  uninstall(name: string): Promise<string | undefined>;
  /** In such a way that runs go on, where their engines can. */
  restart(name: string): Promise<void>;
  state(name: string): Promise<SupervisorState>;
  /** The latest lines of its log, and with `isFollowing` those that come. */
  logs(name: string, options: FollowOptions & { readonly lines: number; readonly isFollowing: boolean }): Promise<void>;
}
