import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { runGroups } from "./cgroup.ts";
import { findExecutable } from "./find-executable.ts";
import type { RunDirectory } from "./run-directory.ts";
import { runIdVariable, withLimitMark } from "./run-mark.ts";
import { explainSpawnFailure } from "./spawn-failure.ts";
import { SpawnError, type SubprocessRequest } from "./subprocess.ts";

/**
 * Runs the engine with its output in files, and beside it the feeder, which gives it what is put into the directory. Neither needs the
 * program that started them, so both go on when that ends. The signals that end an engine are left to it: its exit code is noted. The
 * parentheses: a shell may open files of a command in itself, and who holds the engine's input open hides that the engine closed it.
 * It enters the control group of the run, where there is one, before it starts anything: later only it alone would be moved.
 */
const script = `
dir=$1; cat=$2; door=$3; shift 3
[ -w "$door" ] && { echo 0 >"$door"; } 2>/dev/null
trap : TERM INT HUP
feed() {
  trap '' TERM INT HUP
  n=1
  while :; do
    while [ -e "$dir/in.$n" ]; do
      "$cat" "$dir/in.$n" || break 2
      n=$((n + 1))
    done
    [ -e "$dir/end" ] && break
    read -r ring || break
  done <>"$dir/bell" >"$dir/stdin"
  : >"$dir/deaf"
}
feed 2>/dev/null &
feeder=$!
(exec "$@" <"$dir/stdin" >>"$dir/stdout" 2>>"$dir/stderr")
code=$?
echo $code >"$dir/exit"
kill -9 $feeder 2>/dev/null
exit $code
`;

export interface RunShell {
  readonly pid: number;
  /** Resolves when the shell is gone. */
  readonly ended: Promise<unknown>;
}

/** Starts the engine and its feeder, in a process group of their own. Throws `SpawnError` when the engine can't be started. */
export async function startRunShell(request: SubprocessRequest, directory: RunDirectory): Promise<RunShell> {
  const { cwd, env, runId } = request;
  try {
    const door = await (await runGroups())?.open(runId);
    const own = ["-c", script, "takopi-run", directory.path, await catPath(), door ?? ""];
    const args = [...own, await engineProgram(request), ...request.args];
    const shell = await withLimitMark({ command: "/bin/sh", args, cwd, env, runId });
    const options = { cwd, env: { ...env, [runIdVariable]: runId }, detached: true, stdio: "ignore" } as const;
    return await started(spawn(shell.command, shell.args, options));
  } catch (cause) {
    throw new SpawnError(await explainSpawnFailure(request, cause), { cause });
  }
}

/** The shell would tell only by its exit code that there is no such program. */
async function engineProgram({ command, cwd, env }: SubprocessRequest): Promise<string> {
  const found = await findExecutable(command.includes("/") ? resolve(cwd, command) : command, env["PATH"] ?? "");
  if (found.kind === "found") return found.path;
  throw Object.assign(new Error(`${command} can't be started`), { code: "ENOENT" });
}

/** The engine's own PATH may have none. */
async function catPath(): Promise<string> {
  const found = await findExecutable("cat", process.env["PATH"] ?? "/bin:/usr/bin");
  return found.kind === "found" ? found.path : "/bin/cat";
}

async function started(child: ChildProcess): Promise<RunShell> {
  if (child.pid === undefined) await once(child, "spawn");
  // Signals that fail show elsewhere.
  child.on("error", () => {});
  return { pid: child.pid ?? 0, ended: once(child, "exit") };
}
