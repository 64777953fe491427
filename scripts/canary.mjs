// Shows what a new version of an engine says differently: installs it, lets the live tests talk to it, records its streams, and compares
// their shape with the recordings in fixtures/.
//   node scripts/canary.mjs claude [VERSION]      VERSION: what npm knows, default latest
// The recordings stay in .cache/canary. Exit code 1: something differs, or a live test failed.
import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addRecording, compareShapes } from "./canary/shape.mjs";
import { installEngine } from "./live-install.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const [id, version = "latest"] = process.argv.slice(2);
if (id === undefined) {
  console.error("name the engine: node scripts/canary.mjs claude [VERSION]");
  process.exit(2);
}

const folder = join(root, ".cache/canary", id);
const streams = join(folder, "streams");
await rm(streams, { recursive: true, force: true });
await mkdir(streams, { recursive: true });
const program = await installEngine(id, { version, cache: join(folder, "engine") });
const passed = await runLiveTests(await recorderOf(program));
const report = compareShapes(await shapeOf(join(root, "fixtures", id.split("-")[0])), await shapeOf(streams));
print(report);
const isSame = Object.values(report).every((list) => list.length === 0);
process.exitCode = passed && isSame ? 0 : 1;

/** A program that is the engine to whoever starts it. */
async function recorderOf(engine) {
  const file = join(folder, id.split("-").at(-1));
  const recorder = join(root, "scripts/canary/record.mjs");
  await writeFile(file, `#!/bin/sh\nexec "${process.execPath}" "${recorder}" "${streams}" "${engine}" "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

function runLiveTests(recorder) {
  const variable = `TAKOPI_LIVE_${id.toUpperCase().replaceAll("-", "_")}`;
  const file = `test/live/${id.split("-")[0]}.live.ts`;
  const args = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/live/vitest.config.ts", file];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, [variable]: recorder },
  });
  return new Promise((resolve) => child.on("close", (code) => resolve(code === 0)));
}

async function shapeOf(directory) {
  const shape = new Map();
  for (const name of await readdir(directory)) {
    if (name.endsWith(".jsonl")) addRecording(shape, await readFile(join(directory, name), "utf8"));
  }
  return shape;
}

function print({ newKinds, newFields, goneFields }) {
  const section = (title, lines) =>
    console.log([`\n${title}: ${lines.length}`, ...lines.map((line) => `  ${line}`)].join("\n"));
  section("kinds of messages the recordings do not have", newKinds);
  section(
    "fields the recordings do not have",
    newFields.map(({ kind, path }) => `${kind}: ${path}`),
  );
  section(
    "fields that were always there and are gone",
    goneFields.map(({ kind, path }) => `${kind}: ${path}`),
  );
}
