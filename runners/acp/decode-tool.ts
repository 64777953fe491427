import type { FileChange } from "../../src/domain/event.ts";
import { fieldsAt, isFields, listAt, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { TextChange } from "../../src/runner/unified-diff.ts";
import type { ToolPatch } from "./updates.ts";

/** A tool call of `session/update` or of a permission request. Undefined without an id. */
export function decodeToolPatch(fields: Fields): ToolPatch | undefined {
  const id = textAt(fields, "toolCallId");
  if (id === undefined) return undefined;
  const meta = fieldsAt(fields, "_meta");
  return compact({
    id,
    title: textAt(fields, "title"),
    name: toolName(fields, meta),
    kind: textAt(fields, "kind"),
    status: textAt(fields, "status"),
    input: isFields(fields["rawInput"]) ? fields["rawInput"] : undefined,
    ...contentOf(fields),
    paths: pathsOf(fields),
    exitCode: exitCodeOf(fields["rawOutput"]) ?? numberAt(fieldsAt(meta, "terminal_exit"), "exit_code"),
    returned: returnedText(fields["rawOutput"]),
    moreOutput:
      textAt(fieldsAt(meta, "terminal_output_delta"), "data") ?? textAt(fieldsAt(meta, "terminal_output"), "data"),
    hasFailed: saysFailed(fields["rawOutput"]) ? true : undefined,
  });
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Without the keys that have no value: a patch says only what changed. */
function compact(loose: Loose<Required<Omit<ToolPatch, "id">>> & { readonly id: string }): ToolPatch {
  const { id, ...rest } = loose;
  return { id, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) };
}

/** `name` is new; before, agents put it where they liked. */
function toolName(fields: Fields, meta: Fields): string | undefined {
  return textAt(fields, "name") ?? textAt(fieldsAt(meta, "claudeCode"), "toolName") ?? textAt(meta, "toolName");
}

function contentOf(fields: Fields): Loose<Required<Pick<ToolPatch, "text" | "changes" | "texts">>> {
  if (!Array.isArray(fields["content"])) return { text: undefined, changes: undefined, texts: undefined };
  const items = listAt(fields, "content").filter(isFields);
  const texts = items.flatMap((item) => textAt(fieldsAt(item, "content"), "text") ?? []);
  return { text: texts.join("\n"), changes: items.flatMap(changeOf), texts: items.flatMap(textChangeOf) };
}

/** Some agents leave `oldText` out or empty for a new file, some say what they did in `_meta.kind`. */
function changeOf(item: Fields): readonly FileChange[] {
  const path = textAt(item, "path");
  if (item["type"] !== "diff" || path === undefined) return [];
  const said = textAt(fieldsAt(item, "_meta"), "kind");
  if (said === "delete") return [{ path, kind: "delete" }];
  const isNew = said === "add" || (said === undefined && (textAt(item, "oldText") ?? "") === "");
  return [{ path, kind: isNew ? "add" : "update" }];
}

function textChangeOf(item: Fields): readonly TextChange[] {
  const [change] = changeOf(item);
  if (change === undefined) return [];
  const after = textAt(item, "newText") ?? "";
  return [{ path: change.path, ...(change.kind === "add" ? {} : { before: textAt(item, "oldText") ?? "" }), after }];
}

function pathsOf(fields: Fields): readonly string[] | undefined {
  if (!Array.isArray(fields["locations"])) return undefined;
  return listAt(fields, "locations")
    .filter(isFields)
    .flatMap((location) => textAt(location, "path") ?? []);
}

/** The protocol has no field for it: Codex and Copilot, OpenCode, Qwen. */
function exitCodeOf(output: unknown): number | undefined {
  if (!isFields(output)) return undefined;
  const own =
    numberAt(output, "exit_code") ?? numberAt(output, "exitCode") ?? numberAt(fieldsAt(output, "metadata"), "exit");
  if (own !== undefined) return own;
  const parts = listAt(output, "contents").filter(isFields);
  return parts.map((part) => numberAt(part, "exitCode")).find((code) => code !== undefined);
}

function returnedText(output: unknown): string | undefined {
  if (typeof output === "string") return output;
  if (Array.isArray(output)) return joined(output.map(returnedText));
  if (!isFields(output)) return undefined;
  const text = ["output", "content", "result", "error", "stdout"].map((key) => textAt(output, key));
  return text.find((value) => value !== undefined);
}

function joined(texts: readonly (string | undefined)[]): string | undefined {
  const present = texts.filter((text) => text !== undefined);
  return present.length === 0 ? undefined : present.join("\n");
}

/** Cline reports a failed command as completed, and the failure inside (3.0). */
function saysFailed(output: unknown): boolean {
  return (Array.isArray(output) ? output : [output]).some((part) => isFields(part) && part["success"] === false);
}
