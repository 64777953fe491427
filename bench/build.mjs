import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export const mainPath = join(root, "dist/src/main.js");
export const enginePath = fileURLToPath(new URL("engine.mjs", import.meta.url));

/** What is built, and older than what it is built from, would measure something else. Undefined: all is well. */
export function whyNotBuilt() {
  if (!existsSync(mainPath)) return "the program is not built: run npm run build first";
  const newest = (folders) => Math.max(...folders.flatMap((folder) => changeTimes(join(root, folder))));
  return newest(["src", "runners"]) > newest(["dist"])
    ? "the sources changed since: run npm run build first"
    : undefined;
}

function changeTimes(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
}
