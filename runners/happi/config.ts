import { z } from "zod";

/**
 * How a runtime learns what was said before. `messages`: the first argument is `{model?, messages}`. `prompt`: it is one text with the
 * earlier turns written out. `none`: it is the prompt alone.
 */
export type HistoryForm = "messages" | "prompt" | "none";

/** The `[engines.<id>]` table of a runtime. */
export interface HappiConfig {
  /** Program and its arguments. `~/` is the home; a relative path of the program is relative to the config's directory. */
  readonly command: readonly [string, ...string[]];
  /** What the runtime is to do, such as `anthropic.messages.create`. */
  readonly cmd: string;
  readonly model?: string | undefined;
  readonly history: HistoryForm;
  /** How many of the latest turns are sent; absent means all. */
  readonly history_turns?: number | undefined;
  /** Arguments after the first one, as the command of the runtime wants them. */
  readonly args: readonly unknown[];
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /** `token`: `env:NAME`, `keychain:SERVICE`, or the token itself. */
  readonly auth?: { readonly scheme: string; readonly token: string } | undefined;
  /** Variables set for the runtime. */
  readonly env: Readonly<Record<string, string>>;
}

const text = z.string().min(1);
const command = z.union(
  [text.transform((program): [string, ...string[]] => [program]), z.tuple([text], z.string())],
  'is needed: the program with its arguments, such as ["python3", "/opt/happi/runtime.py"]',
);
const dotPath = z
  .string()
  .regex(/^[\w-]+(?:\.[\w-]+)*$/u, "words with dots between them, such as anthropic.messages.create");
const authSchema = z.strictObject({
  scheme: z.string('is needed: how the runtime is to use the token, such as "bearer"').min(1),
  token: z.string("is needed: env:NAME, keychain:SERVICE, or the token itself").min(1),
});

export const configSchema: z.ZodType<HappiConfig> = z
  .strictObject({
    command,
    cmd: dotPath.default("anthropic.messages.create"),
    model: text.optional(),
    history: z.enum(["messages", "prompt", "none"]).default("messages"),
    history_turns: z.int().min(1).optional(),
    args: z.array(z.json()).default([]),
    flags: z.record(z.string(), z.json()).optional(),
    auth: authSchema.optional(),
    env: z.record(z.string(), z.string()).default({}),
  })
  .superRefine(({ history, model }, context) => {
    if (model === undefined || history === "messages") return;
    const message = `goes along only with history = "messages": remove it, or name the model in flags, where the runtime reads it`;
    context.addIssue({ code: "custom", path: ["model"], message });
  });
