import { z } from "zod";
import { commandSchema, extraArgSchema } from "../../src/runner/config-parts.ts";

/** What the runner says itself: these would break the protocol, or take the run to another session. */
const ownFlags: ReadonlySet<string> = new Set(
  "--mode -p --print --session --session-id --no-session --fork -c --continue -r --resume --".split(" "),
);

/** The `[pi]` table. */
export interface PiConfig {
  /** Program, or program with its first arguments. A path may start with `~/`, or be relative to the config's directory. */
  readonly command: readonly [string, ...string[]];
  /** `rpc` talks both ways: follow-ups, questions, a gentle cancel. `print` is one-way, for when that fails. */
  readonly mode: "rpc" | "print";
  /** 1.x wants a model with it. */
  readonly provider?: string | undefined;
  /** An id, a pattern, or `provider/id`. */
  readonly model?: string | undefined;
  /** `off` to `max`; pi's own word for it is `thinking`, and both keys are understood. */
  readonly effort?: string | undefined;
  readonly thinking?: string | undefined;
  /** Tools that wait for the user's approval; `*` means all. Pi itself never asks. Default with `rpc`: `bash`, `edit` and `write`. */
  readonly ask_before: readonly string[];
  readonly extra_args: readonly string[];
}

/** What changes something. */
const askedByDefault = ["bash", "edit", "write"] as const;

const text = z.string().min(1);

export const configSchema: z.ZodType<PiConfig> = z
  .strictObject({
    command: commandSchema.default(["pi"]),
    mode: z.enum(["rpc", "print"]).default("rpc"),
    provider: text.optional(),
    model: text.optional(),
    effort: text.optional(),
    thinking: text.optional(),
    ask_before: z.array(text.regex(/^[^,]+$/u, "one tool's name")).optional(),
    extra_args: z.array(extraArgSchema(ownFlags)).default([]),
  })
  .superRefine((table, context) => {
    if (table.mode === "print" && (table.ask_before ?? []).length > 0) {
      context.addIssue({ code: "custom", path: ["ask_before"], message: `pi can ask only with mode = "rpc"` });
    }
    if (table.effort !== undefined && table.thinking !== undefined) {
      context.addIssue({ code: "custom", path: ["thinking"], message: "the same as effort: set one of them" });
    }
  })
  .transform(({ ask_before, ...table }) => ({
    ...table,
    ask_before: ask_before ?? (table.mode === "rpc" ? [...askedByDefault] : []),
  }));
