import { z } from "zod";
import { type ApprovalPolicy, approvalPolicies, parseAllowRule } from "../routing/approval-policy.ts";
import type { TakopiConfig } from "./config.ts";

/**
 * What a key takes, in words, and an example of it as TOML. Carried as metadata of its schema, so that every problem with the key
 * reads the same whatever zod found.
 */
export interface KeyDocs {
  readonly expect: string;
  readonly example: string;
}

const TRUE_FALSE = "true or false";

function key<Schema extends z.ZodType>(schema: Schema, expect: string, example: string): Schema {
  return schema.meta({ expect, example });
}

function choice<const Values extends readonly [string, ...string[]]>(values: Values, standard: Values[number]) {
  return key(
    z.enum(values).default(standard),
    `one of ${values.map((value) => `"${value}"`).join(", ")}`,
    `"${standard}"`,
  );
}

function flag(standard: boolean) {
  return key(z.boolean().default(standard), TRUE_FALSE, `${!standard}`);
}

function text(example: string) {
  return key(z.string().trim().min(1), "a text that is not empty", `"${example}"`);
}

function texts(standard: string[], example: string) {
  return key(z.array(z.string().trim().min(1)).default(standard), "a list of texts", example);
}

function seconds(standard: number) {
  return key(z.number().min(0).default(standard), "seconds, zero or more", `${standard.toFixed(1)}`);
}

function wholeSeconds(standard: number) {
  return key(z.int().min(0).default(standard), "a whole number of seconds, zero or more", `${standard}`);
}

function policy(example: ApprovalPolicy) {
  return key(
    z.enum(approvalPolicies),
    `one of ${approvalPolicies.map((value) => `"${value}"`).join(", ")}`,
    `"${example}"`,
  );
}

const chatId = key(
  z.union([
    z.int().refine((id) => id !== 0),
    z
      .string()
      .regex(/^-?[1-9]\d{0,14}$/)
      .transform(Number),
  ]),
  "a number",
  "123456789",
);

const userIds = z.array(z.int().positive());

function narrowing() {
  return key(userIds, "a list of user ids; an empty one lets nobody", "[123456789]").exactOptional();
}

/** Take away from the general lists where they are written. */
const narrowingLists = {
  allowed_user_ids: narrowing(),
  decide_user_ids: narrowing(),
  admin_user_ids: narrowing(),
};

const topicsSchema = z.strictObject({
  enabled: flag(false),
  scope: choice(["auto", "main", "projects", "all"], "auto"),
});

const filesSchema = z.strictObject({
  enabled: flag(false),
  auto_put: flag(true),
  auto_put_mode: choice(["upload", "prompt"], "upload"),
  uploads_dir: key(
    z
      .string()
      .trim()
      .min(1)
      .refine((path) => !/^([/~\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes(".."))
      .default("incoming"),
    "a relative path",
    `"incoming"`,
  ),
  allowed_user_ids: key(userIds.default([]), "a list of user ids", "[123456789]"),
  deny_globs: texts([".git/**", ".env", ".envrc", "*.pem", ".ssh/**"], `[".env", "*.pem"]`),
});

const telegramSchema = z.strictObject({
  bot_token: key(
    z.string().trim().min(1).default(""),
    "the token from @BotFather",
    `"123456789:the-token-from-BotFather"`,
  ),
  chat_id: chatId.exactOptional(),
  allowed_user_ids: key(userIds.default([]), "a list of user ids", "[123456789]"),
  decide_user_ids: key(
    userIds.min(1),
    "a list of at least one user id; without the key everybody who may chat may decide",
    "[123456789]",
  ).exactOptional(),
  admin_user_ids: key(
    userIds,
    "a list of user ids; without the key everybody who may chat is an admin",
    "[123456789]",
  ).exactOptional(),
  api_root: key(
    z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ""))
      .default("https://api.telegram.org"),
    "an http or https address",
    `"https://api.telegram.org"`,
  ),
  message_overflow: choice(["split", "trim"], "split"),
  session_mode: choice(["stateless", "chat"], "stateless"),
  show_resume_line: flag(true),
  progress: choice(["delete", "collapse"], "delete"),
  forward_coalesce_s: seconds(1),
  media_group_debounce_s: seconds(1),
  voice_transcription: flag(false),
  voice_max_bytes: key(z.int().positive().default(10_485_760), "a number of bytes", "10485760"),
  voice_transcription_model: text("gpt-4o-mini-transcribe").default("gpt-4o-mini-transcribe"),
  voice_transcription_base_url: text("http://localhost:8000/v1").exactOptional(),
  voice_transcription_api_key: text("the-key-of-the-service").exactOptional(),
  topics: topicsSchema.prefault({}),
  files: filesSchema.prefault({}),
});

const projectSchema = z.strictObject({
  path: text("~/code/my-project"),
  worktrees_dir: text(".worktrees").default(".worktrees"),
  default_engine: text("claude").exactOptional(),
  worktree_base: text("main").exactOptional(),
  chat_id: chatId.exactOptional(),
  default_model: text("opus").exactOptional(),
  default_reasoning: text("high").exactOptional(),
  approvals: policy("ask").exactOptional(),
  ...narrowingLists,
});

const approvalsSchema = z.strictObject({
  policy: policy("auto").default("auto"),
  allow: key(
    z.array(z.string().refine((rule) => parseAllowRule(rule) !== undefined)).default([]),
    "a list of rules such as Read or Bash(npm test *)",
    `["Read", "Bash(npm test *)"]`,
  ),
  engines: z.record(z.string(), policy("ask")).default({}),
});

/** The shape of `takopi.toml`. Rules across keys, and which tables the top level may have, are in `checkRules`. */
export const configSchema: z.ZodType<TakopiConfig> = z.object({
  default_engine: text("claude").default("codex"),
  default_project: text("my-project").exactOptional(),
  transport: choice(["telegram"], "telegram"),
  watch_config: flag(false),
  transports: z.strictObject({ telegram: telegramSchema.prefault({}) }).prefault({}),
  projects: z.record(z.string(), projectSchema).default({}),
  chats: z.record(z.string(), z.strictObject(narrowingLists)).default({}),
  limits: z
    .strictObject({
      max_parallel_runs: key(z.int().min(1).max(1000).default(16), "a whole number from 1 to 1000", "16"),
      max_age_s: wholeSeconds(3600),
      remind_after_s: wholeSeconds(600),
      silent_after_s: wholeSeconds(600),
      daily_cost_usd: key(z.number().nonnegative().default(50), "an amount in US dollars", "50"),
      survive_restart: flag(true),
      keep_days: key(z.int().min(0).max(36_500).default(90), "a whole number of days", "90"),
    })
    .prefault({}),
  approvals: approvalsSchema.prefault({}),
  secrets: z
    .strictObject({ cover: flag(true), names: texts([], `["INTERNAL_LOGIN"]`), allow: texts([], `["sk-test-*"]`) })
    .prefault({}),
  health: z
    .strictObject({
      file: text("health.json").exactOptional(),
      port: key(z.int().min(1).max(65_535), "a port from 1 to 65535", "8080").exactOptional(),
    })
    .prefault({}),
  plugins: z.object({ enabled: texts([], "[]"), runners: texts([], `["./my-runner"]`) }).prefault({}),
  engines: z.record(z.string(), z.looseObject({ kind: text("acp").exactOptional() })).default({}),
});

/** The part of the schema a key belongs to; the schema of the whole list for an item of a list. */
export function schemaAt(path: readonly PropertyKey[]): z.core.$ZodType {
  let schema: z.core.$ZodType = configSchema;
  for (const segment of path) {
    const child = childOf(unwrap(schema), segment);
    if (child === undefined) return schema;
    schema = child;
  }
  return schema;
}

/** Names of the keys the table at this path may have; empty where the user chooses the names. */
export function knownKeysAt(path: readonly PropertyKey[]): readonly string[] {
  const schema = unwrap(schemaAt(path));
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** What the schema says about itself, or else about what it wraps. */
export function docsOf(schema: z.core.$ZodType): KeyDocs | undefined {
  for (let current: z.core.$ZodType | undefined = schema; current !== undefined; current = innerOf(current)) {
    const { expect, example } = z.globalRegistry.get(current) ?? {};
    if (typeof expect === "string" && typeof example === "string") return { expect, example };
  }
  return undefined;
}

function childOf(schema: z.core.$ZodType, segment: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(segment)];
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const inner = innerOf(schema);
  return inner === undefined ? schema : unwrap(inner);
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const isWrapper =
    schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional;
  return isWrapper ? schema.unwrap() : undefined;
}
