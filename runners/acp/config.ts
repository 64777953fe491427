import { z } from "zod";

/** The `[engines.<id>]` table of an agent. */
export interface AcpConfig {
  /** Program with the arguments that make it speak the protocol. A path may start with `~/`, or be relative to the config's directory. */
  readonly command: readonly [string, ...string[]];
  /** One of the agent's own modes, such as `yolo`: by id, or by the name it shows. */
  readonly mode?: string | undefined;
  /** One of the agent's models: by id, or by the name it shows. */
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
  /** Variables set for the agent. */
  readonly env: Readonly<Record<string, string>>;
  /** The terminal command that resumes a session, `{id}` standing for its id. */
  readonly resume_line?: string | undefined;
  /** Id of the way to log in, for an agent that asks for one. Some ways open a browser on the bot's machine. */
  readonly auth_method?: string | undefined;
  /** How long the agent may take to start, and again to open a session. */
  readonly start_timeout_s: number;
}

const text = z.string().min(1);
const command = z.union([text.transform((program): [string, ...string[]] => [program]), z.tuple([text], z.string())]);
const resumeLine = text.regex(
  /^\w[^`\n]*(?:\s|=)\{id\}$/u,
  "a command that ends with {id}, such as: my-agent --resume {id}",
);

export const configSchema: z.ZodType<AcpConfig> = z.strictObject({
  command,
  mode: text.optional(),
  model: text.optional(),
  effort: text.optional(),
  env: z.record(z.string(), z.string()).default({}),
  resume_line: resumeLine.optional(),
  auth_method: text.optional(),
  start_timeout_s: z.number().positive().default(60),
});
