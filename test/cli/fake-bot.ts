import type { RunningLocal } from "../../src/app/start-local.ts";

/** A bot that runs until it is stopped or told to end. */
export class FakeBot implements RunningLocal {
  readonly username: string = "pocket_bot";
  readonly defaultEngine: string = "claude";
  readonly url: string = "http://127.0.0.1:3737";
  readonly finished: Promise<void>;
  stops = 0;
  /** Ends the bot by itself: well, or with an error. */
  end: (error?: Error) => void = () => undefined;
  readonly stop: RunningLocal["stop"];
  /** How it was told to stop. */
  readonly keptRuns: boolean[] = [];

  /** `drain` is how long stopping takes. */
  constructor(drain: Promise<void> = Promise.resolve()) {
    this.finished = new Promise((resolve, reject) => {
      this.end = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.stop = async ({ keepRuns = false } = {}) => {
      this.stops += 1;
      this.keptRuns.push(keepRuns);
      await drain;
      this.end();
    };
  }
}
