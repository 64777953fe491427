import { textAt, type Fields } from "../../src/runner/fields.ts";
import { commandOf, patchChanges, patchIn } from "./describe-tool.ts";
import type { Tool } from "./tool.ts";
import { unifiedDiff } from "../../src/runner/unified-diff.ts";

/**
 * What a person needs to see before a call is allowed: the agent's own input, and in the same words for all agents `command` and its `cwd`,
 * `path`, `diff` and `url`, where they are known. Agents have them in the input, in the content of the call, or in its title.
 */
export function approvalInput(tool: Tool, cwd: string): Fields {
  const input = tool.input ?? {};
  const command = commandOf(input) ?? (tool.kind === "execute" ? tool.title : undefined);
  const shown = {
    command,
    cwd: command === undefined ? undefined : (directoryOf(tool, input) ?? cwd),
    path: pathOf(tool, input),
    diff: diffOf(tool, input),
    url: textAt(input, "url"),
  };
  return { ...input, ...Object.fromEntries(Object.entries(shown).filter(([, value]) => (value ?? "") !== "")) };
}

/** Gemini writes it before the reason for the command (0.61). */
function directoryOf({ text }: Tool, input: Fields): string | undefined {
  const said = ["cwd", "workdir", "directory", "dir_path"].map((key) => textAt(input, key));
  return (
    said.find((value) => value !== undefined && value !== "") ?? /^\[current working directory (.+?)\]/u.exec(text)?.[1]
  );
}

function pathOf({ changes, paths, kind }: Tool, input: Fields): string | undefined {
  const named = ["path", "file_path", "filePath", "filepath", "fileName"].map((key) => textAt(input, key));
  // The places of a command are guesses of the agent (Claude's adapter, 0.100).
  const [change] = changes.length > 0 ? changes : patchChanges(input);
  return change?.path ?? named.find((value) => value !== undefined) ?? (kind === "execute" ? undefined : paths[0]);
}

/** The agent's own where it has one: it knows the lines around. A patch for `apply_patch` reads like a diff. */
function diffOf({ texts }: Tool, input: Fields): string | undefined {
  const own = textAt(input, "diff")?.trim() ?? "";
  if (own !== "") return own;
  const made = texts.map(unifiedDiff).join("");
  return made === "" ? patchIn(input) : made;
}
