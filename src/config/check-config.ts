import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { ProjectConfig, TakopiConfig } from "./config.ts";
import { checkRules, checkTopLevel } from "./check-rules.ts";
import type { ConfigProblem } from "./config-error.ts";
import { explainIssues } from "./explain-issues.ts";
import type { Table } from "./key-path.ts";
import { configSchema } from "./schema.ts";

/** What a table is checked against. */
export interface CheckInput {
  readonly engineIds: readonly string[];
  /** Whether a missing bot token is a problem. */
  readonly tokenRequired: boolean;
  /** Directory of the file; relative project paths are relative to it. */
  readonly dir: string;
}

/** The configuration a table makes, or everything that is wrong with it. */
export type CheckedConfig =
  | { readonly kind: "valid"; readonly config: TakopiConfig }
  | { readonly kind: "invalid"; readonly problems: readonly ConfigProblem[] };

export function checkConfig(table: Table, input: CheckInput): CheckedConfig {
  const strangers = checkTopLevel(table, input.engineIds);
  const parsed = configSchema.safeParse(table);
  if (!parsed.success) {
    return { kind: "invalid", problems: [...strangers, ...explainIssues(parsed.error.issues, table)] };
  }
  const problems = [...strangers, ...checkRules({ ...input, table, config: parsed.data })];
  if (problems.length > 0) return { kind: "invalid", problems };
  const { projects, health } = parsed.data;
  const paths = { projects: withAbsolutePaths(projects, input.dir), health: withAbsoluteFile(health, input.dir) };
  return { kind: "valid", config: { ...parsed.data, ...paths } };
}

function withAbsoluteFile(health: TakopiConfig["health"], dir: string): TakopiConfig["health"] {
  return health.file === undefined ? health : { ...health, file: absolutePath(health.file, dir) };
}

function withAbsolutePaths(projects: TakopiConfig["projects"], dir: string): TakopiConfig["projects"] {
  const entries = Object.entries(projects).map(([alias, project]): [string, ProjectConfig] => [
    alias,
    { ...project, path: absolutePath(project.path, dir) },
  ]);
  return Object.fromEntries(entries);
}

function absolutePath(path: string, dir: string): string {
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
  return isAbsolute(path) ? path : resolve(dir, path);
}
