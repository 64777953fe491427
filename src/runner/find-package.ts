import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

const packageSchema = z.looseObject({ exports: z.unknown().optional(), main: z.string().optional() });

/**
 * The entry file of an installed package, looked for in the `node_modules` of each folder and of its parents, first hit wins.
 * Node 20 can resolve an ES module only from the module that asks, and the packages here are installed beside the user's config.
 */
export async function findPackageEntry(name: string, folders: readonly string[]): Promise<string | undefined> {
  const packageDir = folders
    .flatMap(withParents)
    .map((folder) => join(folder, "node_modules", name))
    .find((folder) => existsSync(join(folder, "package.json")));
  if (packageDir === undefined) return undefined;
  const manifest = packageSchema.parse(JSON.parse(await readFile(join(packageDir, "package.json"), "utf8")));
  return join(packageDir, entryOf(manifest.exports) ?? manifest.main ?? "index.js");
}

function withParents(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}

/** The file an `exports` field names for `import` of the package itself. */
function entryOf(exports: unknown): string | undefined {
  if (typeof exports === "string") return exports;
  if (typeof exports !== "object" || exports === null) return undefined;
  const conditions = new Map(Object.entries(exports));
  return [".", "node", "import", "default"]
    .map((key) => entryOf(conditions.get(key)))
    .find((entry) => entry !== undefined);
}
