import type { TakopiEvent } from "../../src/domain/event.ts";
import type { Runner } from "../../src/runner/runner.ts";

/** Prompts with a known effect. The harness of an engine puts a fake program behind its runner that knows them. */
export interface ContractPrompts {
  /** A run that ends well, at once, also in a resumed session. */
  readonly succeed: string;
  /** A run that ends with `ok: false`: the engine reports an error, exits with a code, or says nothing. */
  readonly fail: string;
  /** A run that starts and then does nothing until it is stopped. */
  readonly hang: string;
}

/** How the suite learns what prompt the engine really got. */
export interface PromptEcho {
  /** The prompt to send so that `text` is received; default: `text` itself. */
  readonly prompt?: (text: string) => string;
  /** The `text` as the engine received it, read from the events of the run. */
  readonly received: (events: readonly TakopiEvent[]) => string;
}

/** Tests an engine does not pass, by title, and why that is as it should be. */
export interface Deviation {
  readonly reason: string;
  readonly tests: readonly string[];
}

export interface RunnerUnderTest {
  readonly name: string;
  /** A new runner without memory of earlier ones, not wrapped by `enforceContract`. */
  readonly createRunner: () => Runner | Promise<Runner>;
  readonly cases: { readonly prompts: ContractPrompts; readonly echo: PromptEcho };
  /** Where runs work; default: the directory of the tests. */
  readonly cwd?: string;
  /** Environment of the run's child; default: that of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  readonly deviations?: readonly Deviation[];
}

/** One sentence about runners, and its check, which throws when the sentence is not true. */
export interface ContractCase {
  readonly title: string;
  readonly check: (subject: RunnerUnderTest) => Promise<void>;
}
