import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { statusAddress, type StatusPlace } from "./status-address.ts";
import { reportSchema, type StatusReport } from "./status-report.ts";

/** What asking a bot for its status gave. `silent`: a process holds the journal and does not answer, or not as this version expects. */
export type StatusAnswer =
  | { readonly kind: "report"; readonly report: StatusReport }
  | { readonly kind: "not_running" }
  | { readonly kind: "silent"; readonly pid?: number; readonly problem: string };

const PATIENCE_MS = 3_000;
const MAX_ANSWER_CHARS = 4_000_000;

/** Asks the bot whose journal is in this directory how it is. Never throws. */
export async function askStatus(place: StatusPlace): Promise<StatusAnswer> {
  const outcome = await exchange(statusAddress(place));
  const pid = livingHolder(place.dir);
  if (outcome.kind === "nobody") {
    if (pid === undefined) return { kind: "not_running" };
    return { kind: "silent", pid, problem: "it offers no status (it may just be starting)" };
  }
  const silent = (problem: string): StatusAnswer => ({ kind: "silent", ...(pid !== undefined && { pid }), problem });
  if (outcome.kind === "failed") return silent(outcome.problem);
  const parsed = reportSchema.safeParse(parsedJson(outcome.text));
  return parsed.success ? { kind: "report", report: parsed.data } : silent("it is of another version of takopi");
}

type Exchange =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nobody" }
  | { readonly kind: "failed"; readonly problem: string };

function exchange(address: string): Promise<Exchange> {
  return new Promise((resolve) => {
    let text = "";
    const socket = createConnection(address, () => void socket.write(`${JSON.stringify({ ask: "status" })}\n`));
    const end = (outcome: Exchange): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setEncoding("utf8");
    socket.setTimeout(PATIENCE_MS, () => end({ kind: "failed", problem: "it does not answer" }));
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > MAX_ANSWER_CHARS) end({ kind: "failed", problem: "its answer has no end" });
    });
    socket.on("end", () => end({ kind: "text", text }));
    socket.on("error", (error) => end(failureOf(error)));
  });
}

/** A socket that is left of a killed bot refuses. */
function failureOf(error: Error): Exchange {
  const code = "code" in error ? String(error.code) : error.message;
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTSOCK") return { kind: "nobody" };
  return { kind: "failed", problem: `it can't be asked (${code})` };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut off, or not ours.
    return undefined;
  }
}

/** The process that says it holds the lock of the journal, if it lives. */
function livingHolder(dir: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(dir, "takopi.db.lock.pid"), "utf8"), 10);
    if (!(pid > 0)) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch {
    // Nobody wrote a pid, or its process is gone, or it is somebody else's.
    return undefined;
  }
}
