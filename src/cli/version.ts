import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const packageSchema = z.object({ name: z.string(), version: z.string() });

/** The version in our own `package.json`, which is two or three directories up: sources and the build differ in depth. */
export function readVersion(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dirname(dir) !== dir; dir = dirname(dir)) {
    const found = packageAt(dir);
    if (found?.name === "takopi") return found.version;
  }
  return "unknown";
}

function packageAt(dir: string): z.output<typeof packageSchema> | undefined {
  try {
    return packageSchema.safeParse(JSON.parse(readFileSync(join(dir, "package.json"), "utf8"))).data;
  } catch {
    // No such file here: it is further up.
    return undefined;
  }
}
