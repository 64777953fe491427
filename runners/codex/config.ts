import { z } from "zod";

/** The `[codex]` table. */
export interface CodexConfig {
  /** Program, or program with its first arguments. A path may start with `~/`, or be relative to the config's directory. */
  readonly command: readonly [string, ...string[]];
  /** `app_server` talks both ways: approvals, questions, follow-ups. `exec` only listens, and Codex then never asks. */
  readonly mode: "app_server" | "exec";
  /** Name of a `<profile>.config.toml` in CODEX_HOME; also the title of the runs. */
  readonly profile?: string | undefined;
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
  /**
   * What commands may do without asking. Default: `sandbox_mode` of Codex's own config; where that says nothing, `workspace-write` in
   * the app-server.
   */
  readonly sandbox?: "read-only" | "workspace-write" | "danger-full-access" | undefined;
  /** When Codex asks. Default: Codex's own config, which is `on-request` unless set. Means nothing to `exec`. */
  readonly approval_policy?: "untrusted" | "on-request" | "never" | undefined;
  readonly extra_args: readonly string[];
}

/** What the runner says itself, or what would take the run elsewhere. */
const ownFlags: ReadonlySet<string> = new Set(
  "--json --output-schema --output-last-message -o --color --skip-git-repo-check --listen --stdio -C --cd -i --image --".split(
    " ",
  ),
);
const ownKeys: ReadonlyMap<string, string> = new Map([
  ["-p", "profile"],
  ["--profile", "profile"],
]);
/** All that the app-server looks at; it passes over the flags of the terminal without a word (0.169.0). */
const valueFlags: ReadonlySet<string> = new Set(["-c", "--config", "--enable", "--disable"]);

const text = z.string().min(1);
const command = z.union([text.transform((program): [string, ...string[]] => [program]), z.tuple([text], z.string())]);

const table = z.strictObject({
  command: command.default(["codex"]),
  mode: z.enum(["app_server", "exec"]).default("app_server"),
  profile: text.regex(/^[\w.-]+$/u, "a profile is a plain name").optional(),
  model: text.optional(),
  effort: text.optional(),
  sandbox: z.enum(["read-only", "workspace-write", "danger-full-access"]).optional(),
  approval_policy: z.enum(["untrusted", "on-request", "never"]).optional(),
  extra_args: z.array(z.string()).default(["-c", "notify=[]"]),
});

export const configSchema: z.ZodType<CodexConfig> = table.superRefine(({ mode, extra_args }, context) => {
  for (const problem of extraArgProblems(extra_args, mode)) {
    context.addIssue({ code: "custom", path: ["extra_args"], message: problem });
  }
});

function extraArgProblems(args: readonly string[], mode: CodexConfig["mode"]): readonly string[] {
  const words = args.filter((_, index) => !valueFlags.has(args[index - 1] ?? ""));
  return words.flatMap((word) => extraArgProblem(word.split("=")[0] ?? word, mode) ?? []);
}

function extraArgProblem(flag: string, mode: CodexConfig["mode"]): string | undefined {
  const key = ownKeys.get(flag);
  if (key !== undefined) return `${flag} goes into a key of its own: remove it from extra_args and set ${key} = "…"`;
  if (ownFlags.has(flag)) return `${flag} is set by takopi itself: remove it from extra_args`;
  if (mode === "exec" || valueFlags.has(flag) || flag === "--strict-config") return undefined;
  return `${flag} means nothing to codex app-server: use -c key=value, or the keys model, sandbox and approval_policy, or set mode = "exec"`;
}
