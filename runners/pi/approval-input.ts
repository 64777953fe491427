import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";
import { unifiedDiff } from "../../src/runner/unified-diff.ts";

/** A longer file is not compared: only what is replaced in it is shown. */
const maxFileBytes = 1 << 20;

/**
 * What the user needs to see before a tool runs: the tool's own arguments, `cwd`, and for changes of a file `diff`, a unified diff against
 * the file as it is now.
 */
export async function approvalInput(tool: string, args: Fields, cwd: string): Promise<Fields> {
  const path = textAt(args, "path");
  const diff = path === undefined ? "" : await diffOf(tool, args, { path, file: resolve(cwd, path) });
  return { ...args, cwd, ...(diff === "" ? {} : { diff }) };
}

interface Target {
  /** As the tool was told. */
  readonly path: string;
  /** Absolute. */
  readonly file: string;
}

async function diffOf(tool: string, args: Fields, { path, file }: Target): Promise<string> {
  switch (tool) {
    case "write": {
      const before = await readText(file);
      const after = textAt(args, "content") ?? "";
      return unifiedDiff({ path, ...(before === "missing" ? {} : { before: before.text }), after });
    }
    case "edit": {
      const edits = editsIn(args);
      const before = await readText(file);
      const after = before === "missing" ? undefined : edited(before.text, edits);
      if (before !== "missing" && after !== undefined) return unifiedDiff({ path, before: before.text, after });
      return edits.map(({ oldText, newText }) => unifiedDiff({ path, before: oldText, after: newText })).join("");
    }
    default:
      return "";
  }
}

/** A file that can't be compared counts as empty, and not as missing: it is not a new one. */
async function readText(file: string): Promise<"missing" | { readonly text: string }> {
  try {
    const { size } = await stat(file);
    return { text: size > maxFileBytes ? "" : await readFile(file, "utf8") };
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return isMissing ? "missing" : { text: "" };
  }
}

interface Edit {
  readonly oldText: string;
  readonly newText: string;
}

/** Models may also give the one replacement bare, which pi takes. */
function editsIn(args: Fields): readonly Edit[] {
  return [...listAt(args, "edits"), args].flatMap((edit) => {
    if (!isFields(edit)) return [];
    const [oldText, newText] = [textAt(edit, "oldText"), textAt(edit, "newText")];
    return oldText === undefined || newText === undefined ? [] : [{ oldText, newText }];
  });
}

/** Pi looks for every `oldText` in the file as it was. `undefined`: one of them is not in there, or the edits overlap. */
function edited(before: string, edits: readonly Edit[]): string | undefined {
  const places = edits.map(({ oldText, newText }) => ({ at: before.indexOf(oldText), oldText, newText }));
  const inOrder = places.toSorted((one, other) => one.at - other.at);
  let after = "";
  let end = 0;
  for (const { at, oldText, newText } of inOrder) {
    if (at < end || oldText === "") return undefined;
    after += before.slice(end, at) + newText;
    end = at + oldText.length;
  }
  return after + before.slice(end);
}
