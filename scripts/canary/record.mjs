// Stands in for an engine's program: starts it with the same arguments and keeps what it says, line by line, in a file of its own.
//   node record.mjs DIRECTORY PROGRAM [ARGUMENT...]
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";

const [directory, program, ...args] = process.argv.slice(2);
const isScript = /\.[cm]?js$/.test(program);
const child = spawn(isScript ? process.execPath : program, isScript ? [program, ...args] : args, {
  stdio: ["inherit", "pipe", "inherit"],
});
const kept = createWriteStream(join(directory, `${Date.now()}-${process.pid}.jsonl`));
child.stdout.on("data", (chunk) => {
  kept.write(chunk);
  if (!process.stdout.write(chunk)) {
    child.stdout.pause();
    process.stdout.once("drain", () => child.stdout.resume());
  }
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 127;
});
child.on("close", (code, signal) => {
  kept.end(() => process.exit(code ?? (signal === null ? 1 : 128)));
});
