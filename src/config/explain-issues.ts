import type { z } from "zod";
import type { ConfigProblem } from "./config-error.ts";
import type { Table } from "./key-path.ts";
import { formatKeyPath, isTable, valueAt } from "./key-path.ts";
import { docsOf, knownKeysAt, schemaAt } from "./schema.ts";
import { isSecretKey } from "./secret-shapes.ts";
import { suggestion } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

const MAX_SHOWN_CHARS = 60;

/** Says what zod found in words for people, one problem per key. */
export function explainIssues(issues: readonly Issue[], table: Table): readonly ConfigProblem[] {
  const problems = issues.flatMap((issue) => explain(issue, table));
  return problems.filter((problem, index) => problems.findIndex((other) => other.key === problem.key) === index);
}

function explain(issue: Issue, table: Table): readonly ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeysAt(issue.path);
    return issue.keys.map((name) => ({
      key: formatKeyPath([...issue.path.map(String), name]),
      message: "there is no such key",
      hint: suggestion(name, known),
    }));
  }
  return [explainValue(issue, table)];
}

function explainValue(issue: Issue, table: Table): ConfigProblem {
  const path = keyOfIssue(issue);
  const key = formatKeyPath(path);
  const docs = docsOf(schemaAt(path));
  const value = valueAt(table, path);
  const hint = docs === undefined ? {} : { hint: `Write: ${path.at(-1) ?? ""} = ${docs.example}` };
  if (value === undefined) return { key, message: "is missing", ...hint };
  const expected = docs?.expect ?? `a table, written [${key}]`;
  return { key, message: `expected ${expected}, got ${isSecretKey(key) ? kindOf(value) : shown(value)}`, ...hint };
}

/** An item of a list is reported as its list, which is the key people can find in the file. */
function keyOfIssue(issue: Issue): readonly string[] {
  const firstIndex = issue.path.findIndex((segment) => typeof segment === "number");
  return (firstIndex === -1 ? issue.path : issue.path.slice(0, firstIndex)).map(String);
}

function shown(value: unknown): string {
  if (isTable(value)) return kindOf(value);
  const json = JSON.stringify(value);
  return json.length <= MAX_SHOWN_CHARS ? json : `${json.slice(0, MAX_SHOWN_CHARS)}…`;
}

function kindOf(value: unknown): string {
  if (isTable(value)) return "a table";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "string") return `a ${typeof value}`;
  return value.trim() === "" ? "an empty text" : "another text";
}
