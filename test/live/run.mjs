// `node test/live/run.mjs claude`: installs the real engines named, in pinned versions, and runs the live tests against them. Words
// that begin with `--` go to vitest.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { enginesNamed, installEngine } from "../../scripts/live-install.mjs";

const words = process.argv.slice(2);
const engines = words.filter((word) => !word.startsWith("--"));
const options = words.filter((word) => word.startsWith("--"));
if (engines.length === 0) throw new Error("name the engines to test: node test/live/run.mjs claude");

const programs = {};
for (const id of engines.flatMap(enginesNamed))
  programs[`TAKOPI_LIVE_${id.toUpperCase().replaceAll("-", "_")}`] = await installEngine(id);

const root = fileURLToPath(new URL("../../", import.meta.url));
const files = engines.map((id) => `test/live/${id}`);
const vitest = [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--config",
  "test/live/vitest.config.ts",
  ...options,
  ...files,
];
const child = spawn(process.execPath, vitest, { cwd: root, stdio: "inherit", env: { ...process.env, ...programs } });
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
