import type { EngineId } from "../domain/event.ts";

/** The names a directive may use. Matching ignores case. */
export interface DirectiveNames {
  readonly engines: readonly EngineId[];
  readonly projects: readonly string[];
}

/** What the leading words of a prompt choose, and the prompt without them. */
export interface Directives {
  readonly engine?: EngineId;
  readonly project?: string;
  readonly branch?: string;
  /** Work out a plan first. */
  readonly plan?: true;
  readonly prompt: string;
}

/** `problem` is one sentence for the user: the same kind of directive was given twice. */
export type DirectiveResult =
  { readonly kind: "parsed"; readonly directives: Directives } | { readonly kind: "problem"; readonly problem: string };

type Choice = { readonly key: "engine" | "project" | "branch" | "plan"; readonly value: string };

/**
 * Reads leading `/engine`, `/project`, `/plan` and (beside a project) `@branch` words, in any order, from the first line that is not blank. The first word
 * that is none of them ends the directives; an unknown `/word` therefore stays in the prompt, for the engine's own commands.
 */
export function parseDirectives(text: string, names: DirectiveNames): DirectiveResult {
  const { line, rest } = cutFirstLine(text);
  const words = line.split(/\s+/).filter((word) => word !== "");
  const chosen = new Map<Choice["key"], string>();
  while (words[0] !== undefined) {
    const choice =
      readDirective(words[0], names) ?? (belongsToProject(chosen, words[1], names) ? readBranch(words[0]) : undefined);
    if (choice === undefined) break;
    if (chosen.has(choice.key)) return { kind: "problem", problem: `two ${choice.key} directives: keep one of them` };
    chosen.set(choice.key, choice.value);
    words.shift();
  }
  const prompt = chosen.size === 0 ? text : [words.join(" "), rest].filter((part) => part !== "").join("\n");
  const { plan, ...choices } = Object.fromEntries(chosen);
  return {
    kind: "parsed",
    directives: { ...choices, ...(plan !== undefined && { plan: true }), prompt: prompt.trim() },
  };
}

function cutFirstLine(text: string): { line: string; rest: string } {
  const [line = "", ...rest] = text.trimStart().split("\n");
  return { line, rest: rest.join("\n") };
}

function readBranch(word: string): Choice | undefined {
  return word.startsWith("@") && word.length > 1 ? { key: "branch", value: word.slice(1) } : undefined;
}

/** `@word` is a branch only beside a `/project`; elsewhere it is the user's text, such as an engine's own `@file`. */
function belongsToProject(
  chosen: ReadonlyMap<string, string>,
  next: string | undefined,
  names: DirectiveNames,
): boolean {
  return chosen.has("project") || (next !== undefined && readDirective(next, names)?.key === "project");
}

function readDirective(word: string, names: DirectiveNames): Choice | undefined {
  if (!word.startsWith("/")) return undefined;
  const name = word.slice(1).replace(/@\w+$/, "").toLowerCase();
  const engine = names.engines.find((id) => isCalled(id, name));
  if (engine !== undefined) return { key: "engine", value: engine };
  if (name === "plan") return { key: "plan", value: name };
  const project = names.projects.find((alias) => isCalled(alias, name));
  return project === undefined ? undefined : { key: "project", value: project };
}

/** Telegram's menu has no names with `-`: there `my-project` is `/my_project`. */
function isCalled(id: string, name: string): boolean {
  return id.toLowerCase().replaceAll("-", "_") === name.replaceAll("-", "_");
}
