import { z } from "zod";
import { commandSchema, extraArgSchema } from "../../src/runner/config-parts.ts";

/** What the runner says itself: these would open the server to others, break the protocol, or take the run to another session. */
const ownFlags: ReadonlySet<string> = new Set(
  (
    "--port --hostname --mdns --mdns-domain --cors --format --attach --dir -p --password -u --username " +
    "-s --session -c --continue --fork --command --title -f --file -i --interactive --"
  ).split(" "),
);

/** The `[opencode]` table. */
export interface OpencodeConfig {
  /** Program, or program with its first arguments. A path may start with `~/`, or be relative to the config's directory. */
  readonly command: readonly [string, ...string[]];
  /** `provider/model`, as `opencode models` lists them. */
  readonly model?: string | undefined;
  /** Such as `build` or `plan`. */
  readonly agent?: string | undefined;
  /** `serve` asks for permissions; `run` is the one-shot command, which refuses whatever would have to be asked. */
  readonly mode: "serve" | "run";
  /** Further flags of `opencode serve` or `opencode run`. */
  readonly extra_args: readonly string[];
}

const text = z.string().min(1);

export const configSchema: z.ZodType<OpencodeConfig> = z.strictObject({
  command: commandSchema.default(["opencode"]),
  model: z
    .string()
    .regex(/^[^/]+\/.+$/u, "must be provider/model, such as anthropic/claude-sonnet-4-5")
    .optional(),
  agent: text.optional(),
  mode: z.enum(["serve", "run"]).default("serve"),
  extra_args: z.array(extraArgSchema(ownFlags)).default([]),
});
