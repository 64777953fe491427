import type { ApprovalRequest } from "../../domain/decision.ts";

/** What an approval is about, as far as its input has the keys that engines agree on. */
export interface ApprovalSubject {
  readonly command?: string;
  /** Directory of the command. */
  readonly cwd?: string;
  readonly path?: string;
  /** Unified. */
  readonly diff?: string;
  readonly url?: string;
}

const KEYS = ["command", "cwd", "path", "diff", "url"] as const;

/** Reads `command`, `cwd`, `path`, `diff` and `url` where they are texts; other spellings of a path count too. */
export function readSubject({ input }: ApprovalRequest): ApprovalSubject {
  if (typeof input !== "object" || input === null) return {};
  const values = new Map<string, unknown>(Object.entries(input));
  const path = values.get("path") ?? values.get("file_path") ?? values.get("filePath") ?? values.get("notebook_path");
  const known = KEYS.map((key) => [key, key === "path" ? path : values.get(key)] as const);
  return Object.fromEntries(known.filter(([, value]) => typeof value === "string" && value !== ""));
}

/** The one text that says what it is about, for people. */
export function subjectOf(request: ApprovalRequest): string {
  const { command, path, url } = readSubject(request);
  return command ?? path ?? url ?? request.title;
}

/**
 * The text that patterns of allow rules are held against. Undefined where the engine gives none that says it all: a title is made for
 * people, and a change of several files has one path at most.
 */
export function ruleSubject(request: ApprovalRequest): string | undefined {
  const { command, path, diff = "", url } = readSubject(request);
  if (command !== undefined) return command;
  return path !== undefined && changedFiles(diff) > 1 ? undefined : (path ?? url);
}

/** In a unified diff, or in the patches that models write. A line of a file may look the same: then there seem to be more. */
function changedFiles(diff: string): number {
  return diff.match(/^(?:\+\+\+ |rename to |\*\*\* (?:Add File|Update File|Delete File|Move to): )/gm)?.length ?? 0;
}
