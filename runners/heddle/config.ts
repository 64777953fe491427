import { z } from "zod";
import { commandSchema } from "../../src/runner/config-parts.ts";

/** The `[heddle]` table. */
export interface HeddleConfig {
  /** Program, or program with its first arguments. A path may start with `~/`, or be relative to the config's directory. */
  readonly command: readonly [string, ...string[]];
  /** Default: HEDDLE_MODEL, else Heddle's own default. */
  readonly model?: string | undefined;
  readonly system_prompt: string;
  /** Names of the tools the model gets; Heddle adds some of its own. */
  readonly tools: readonly string[];
  /** How often the model may be called for one prompt. 0.2.0 passes over it: there it is always 20. */
  readonly max_iterations?: number | undefined;
  /** Both come back in everything the worker says, and in its logs. Default: made from the run that began the session. */
  readonly task_id?: string | undefined;
  readonly worker_id?: string | undefined;
  /** Seconds a worker waits for the next prompt of its session. */
  readonly idle_timeout_s: number;
  /** How many workers may wait at the same time; the one that waited longest goes first. */
  readonly max_idle_workers: number;
  /** Seconds a working worker may say nothing at all; it beats every five. */
  readonly heartbeat_timeout_s: number;
}

const systemPrompt =
  "You are a coding assistant. You work in the current directory with the tools you are given. " +
  "Nobody can answer questions while you work: decide yourself, and say in the end what you did. Answer in Markdown.";

const text = z.string().min(1);
const aWeekInSeconds = 7 * 24 * 3600;

export const configSchema: z.ZodType<HeddleConfig> = z.strictObject({
  command: commandSchema.default(["heddle-headless"]),
  model: text.optional(),
  system_prompt: text.default(systemPrompt),
  tools: z.array(text).default(["read_file", "write_file", "edit_file", "glob", "grep", "bash"]),
  max_iterations: z.int().min(1).optional(),
  task_id: text.optional(),
  worker_id: text.optional(),
  idle_timeout_s: z.number().positive().max(aWeekInSeconds, "at most a week").default(600),
  max_idle_workers: z.int().min(0).default(4),
  heartbeat_timeout_s: z.number().positive().max(aWeekInSeconds, "at most a week").default(60),
});
