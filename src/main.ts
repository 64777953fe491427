#!/usr/bin/env node
import "./cli/lean-heap.ts";
import { redact } from "./app/secrets/redact.ts";
import { app } from "./cli/app.ts";
import type { CliIo } from "./cli/cli.ts";
import type { Questions } from "./cli/questions.ts";
import { runCli } from "./cli/program.ts";

const STOP_SIGNALS = { SIGINT: "stop", SIGTERM: "stop", SIGUSR2: "restart" } as const;

const io: CliIo = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  onStopSignal: (listener) => {
    const listeners = Object.entries(STOP_SIGNALS).map(([signal, kind]) => [signal, () => listener(kind)] as const);
    for (const [signal, listen] of listeners) process.on(signal, listen);
    return () => {
      for (const [signal, listen] of listeners) process.off(signal, listen);
    };
  },
  outliveReaders: () => void process.stdout.on("error", () => {}),
};

// `takopi config list | head`: who reads went away, and nobody is left to tell. A command with something to end listens itself.
process.stdout.on("error", () => process.stdout.listenerCount("error") > 1 || process.exit(0));
// The log of a bot may lose its reader too: a closed terminal, or a run whose command started the bot anew and is over.
process.stderr.on("error", () => {});

// A fault in one corner must not take every run down with it. What it may leave half done, the journal puts right at the next start.
process.on("unhandledRejection", (reason) => {
  process.stderr.write(`takopi: unexpected: ${redact(String(reason), [])}\n`);
});

// Exits by itself even where something still waits: everything accepted is in the journal.
const questions = async (): Promise<Questions> => (await import("./cli/questions.ts")).terminalQuestions;
process.exit(await runCli(process.argv.slice(2), { io, app, questions }));
