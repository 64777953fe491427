// Copies what tsc does not: files that are served or read as they are.
import { chmod, cp } from "node:fs/promises";
import { existsSync } from "node:fs";

if (existsSync("src/local/page")) await cp("src/local/page", "dist/src/local/page", { recursive: true });
if (existsSync("dist/src/main.js")) await chmod("dist/src/main.js", 0o755);
