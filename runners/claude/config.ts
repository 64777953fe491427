import { z } from "zod";
import { commandSchema, extraArgSchema } from "../../src/runner/config-parts.ts";

/** What the runner says itself: these would break the protocol, or take the run to another session. */
const ownFlags: ReadonlySet<string> = new Set(
  (
    "-p --print --input-format --output-format --verbose --permission-prompt-tool --replay-user-messages " +
    "-r --resume -c --continue --session-id --fork-session --no-session-persistence --"
  ).split(" "),
);

/** The `[claude]` table. */
export interface ClaudeConfig {
  /** Program, or program with its first arguments. A path may start with `~/`, or be relative to the config's directory. */
  readonly command: readonly [string, ...string[]];
  /** An alias (`opus`, `sonnet`, `haiku`) or a full id. */
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
  /** Tools and rules that run without asking, such as `Bash(git *)`. While a plan is made they don't count. Default `Read`: commands and edits are asked for. */
  readonly allowed_tools: readonly string[];
  readonly permission_mode?: string | undefined;
  /** The CLI refuses it as root, unless IS_SANDBOX=1. */
  readonly dangerously_skip_permissions: boolean;
  /** Leaves ANTHROPIC_API_KEY in the environment, where it wins over a subscription login. */
  readonly use_api_billing: boolean;
  readonly append_system_prompt?: string | undefined;
  readonly extra_args: readonly string[];
}

const text = z.string().min(1);
const modes = ["default", "manual", "acceptEdits", "plan", "auto", "dontAsk", "bypassPermissions"];

export const configSchema: z.ZodType<ClaudeConfig> = z.strictObject({
  command: commandSchema.default(["claude"]),
  model: text.optional(),
  effort: text.optional(),
  allowed_tools: z.array(text).default(["Read"]),
  permission_mode: z.enum(modes).optional(),
  dangerously_skip_permissions: z.boolean().default(false),
  use_api_billing: z.boolean().default(false),
  append_system_prompt: text.optional(),
  extra_args: z.array(extraArgSchema(ownFlags)).default([]),
});
