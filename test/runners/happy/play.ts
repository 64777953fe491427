import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { Runner, RunRequest } from "../../../src/runner/runner.ts";
import { createTestHost, runRequest, type TestHost, type TestHostOptions } from "../../factories.ts";

/** The environment of a run: nothing of this computer's own Happy. */
const bareEnv: Readonly<Record<string, string>> = { HAPPY_HOME_DIR: "/nonexistent" };

/** One run that a test follows while it goes on. */
export class Play {
  readonly host: TestHost;
  readonly events: TakopiEvent[] = [];
  readonly #watchers = new Set<() => void>();
  /** Resolves to all events when the run is over. */
  readonly over: Promise<readonly TakopiEvent[]>;

  constructor(runner: Runner, request: Partial<RunRequest>, options: TestHostOptions = {}) {
    this.host = createTestHost({ env: bareEnv, ...options });
    this.over = this.#follow(runner.run(runRequest({ cwd: "/work", ...request }), this.host));
  }

  /** Resolves with the first event of which this is so. */
  async until(isIt: (event: TakopiEvent) => boolean): Promise<TakopiEvent> {
    const known = this.events.find(isIt);
    if (known !== undefined) return known;
    return await new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.find(isIt);
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
    });
  }

  async started(): Promise<void> {
    await this.until(({ type }) => type === "started");
  }

  async #follow(events: AsyncIterable<TakopiEvent>): Promise<readonly TakopiEvent[]> {
    for await (const event of events) {
      this.events.push(event);
      for (const look of this.#watchers) look();
    }
    return this.events;
  }
}

/** Plays one prompt to its end. */
export async function play(
  runner: Runner,
  request: Partial<RunRequest>,
  options: TestHostOptions = {},
): Promise<readonly TakopiEvent[]> {
  return await new Play(runner, request, options).over;
}

/** Titles of the steps, each once, in their order. */
export function titles(events: readonly TakopiEvent[]): readonly string[] {
  return [...new Set(events.flatMap((event) => (event.type === "action" ? [event.action.title] : [])))];
}
