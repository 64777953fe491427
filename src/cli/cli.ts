import type { App } from "./app.ts";
import type { Questions } from "./questions.ts";

/** Why a program is told to end. `restart`: it is about to be started again, and what can go on meanwhile is to go on. */
export type StopKind = "stop" | "restart";

/** What the commands may use of the world. */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Whether questions can be asked: both standard input and output are a terminal. */
  readonly isInteractive: boolean;
  /** Calls back on each SIGINT and SIGTERM (`stop`) and SIGUSR2 (`restart`) until the returned function is called. */
  readonly onStopSignal: (listener: (kind?: StopKind) => void) => () => void;
  /** From now on the program goes on when whoever read its standard output goes away. Without it, that ends it. */
  readonly outliveReaders: () => void;
}

/** What every command is made with. */
export interface Cli {
  readonly io: CliIo;
  readonly app: App;
  /** Loaded when they are asked: a bot that runs for months needs none. */
  readonly questions: () => Promise<Questions>;
}

/** Options every command has. */
export interface GlobalOptions {
  readonly config?: string;
  readonly debug?: true;
  readonly finalNotify?: boolean;
}
