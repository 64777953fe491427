import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { codexHome } from "./codex-home.ts";
import { isFields, type Fields } from "../../src/runner/fields.ts";

/**
 * The settings of a profile, by dotted key, as the app-server takes them for a thread: unlike `codex exec` it has no `--profile`
 * (0.169.0). Throws when there is no such file, or no sense in it.
 */
export async function readProfile(name: string, env: Readonly<Record<string, string>>): Promise<Fields> {
  const path = join(codexHome(env), `${name}.config.toml`);
  try {
    return Object.fromEntries(dotted(parse(await readFile(path, "utf8"))));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the profile ${name} can't be read from ${path}: ${reason}`, { cause: error });
  }
}

/** Down to the leaves, except below a key that has dots in itself. */
function dotted(table: Fields): readonly (readonly [string, unknown])[] {
  return Object.entries(table).flatMap(([key, value]) => {
    if (!isFields(value) || value instanceof Date || Object.keys(value).some((name) => name.includes(".")))
      return [[key, value] as const];
    return dotted(value).map(([name, leaf]) => [`${key}.${name}`, leaf] as const);
  });
}
