import type { RunContext } from "../domain/run.ts";

const CONTEXT_LINE = /^\s*`?ctx:\s*(?<project>[^\s`@]+)(?:\s+@\s*(?<branch>[^\s`]+))?\s*`?\s*$/i;

/** The line that names a run's project in its messages, `ctx: api @main`; absent without a project. */
export function formatContextLine(context: RunContext): string | undefined {
  if (context.project === undefined) return undefined;
  return context.branch === undefined ? `ctx: ${context.project}` : `ctx: ${context.project} @${context.branch}`;
}

/** What the last `ctx:` line of a text says. Backticks around the line are allowed. */
export function parseContextLine(text: string): RunContext | undefined {
  const match = text
    .split("\n")
    .map((line) => CONTEXT_LINE.exec(line))
    .findLast((found) => found !== null);
  const project = match?.groups?.["project"];
  if (project === undefined) return undefined;
  const branch = match?.groups?.["branch"];
  return branch === undefined ? { project } : { project, branch };
}
