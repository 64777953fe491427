import { chmodSync, lstatSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Log } from "../../bridge/ports.ts";
import { makePrivateFolder, statusAddresses, statusPointer, type StatusPlace } from "./status-address.ts";
import { requestSchema, type StatusReport } from "./status-report.ts";

export interface StatusServer {
  readonly address: string;
  close(): void;
}

const MAX_REQUEST_CHARS = 1_000;
const PATIENCE_MS = 2_000;

/**
 * Answers `takopi status`: one line of JSON in, one out. Only this user can connect. What is left of a bot that was killed is removed:
 * the caller holds the lock of the journal, so nobody listens there. Undefined, with a line in the log, where no socket can be made.
 */
export async function serveStatus(
  place: StatusPlace,
  { report, log }: { report: () => StatusReport; log: Log },
): Promise<StatusServer | undefined> {
  for (const address of statusAddresses(place)) {
    const server = createServer((socket) => answer(socket, report));
    try {
      if (isElsewhere(place, address)) makePrivateFolder(dirname(address));
      await listen(server, address);
      notePlace(place, address);
      return { address, close: () => close(server, place) };
    } catch (error) {
      server.close();
      log.debug("no status socket there", { address, error });
    }
  }
  log.warn("takopi status will not reach this bot: no socket could be made", { dir: place.dir });
  return undefined;
}

async function listen(server: Server, address: string): Promise<void> {
  removeStale(address);
  // The socket is made with the rights the mask leaves; taking them away afterwards would leave a moment for others.
  const mask = process.umask(0o077);
  const listening = new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, resolve);
  });
  process.umask(mask);
  await listening;
  if (!isPipe(address)) chmodSync(address, 0o600);
  server.unref();
}

/** A file of that name that is no socket is somebody else's: listening then fails. */
function removeStale(address: string): void {
  if (lstatSync(address, { throwIfNoEntry: false })?.isSocket() === true) rmSync(address);
}

/** So that others find it where it is not beside the journal. */
function notePlace(place: StatusPlace, address: string): void {
  const pointer = statusPointer(place.dir);
  if (isElsewhere(place, address)) writeFileSync(pointer, `${address}\n`, { mode: 0o600 });
  else rmSync(pointer, { force: true });
}

function isElsewhere({ dir }: StatusPlace, address: string): boolean {
  return !isPipe(address) && dirname(address) !== dir;
}

function isPipe(address: string): boolean {
  return address.startsWith("\\\\");
}

/** Closing removes the socket from the disk too. */
function close(server: Server, { dir }: StatusPlace): void {
  server.close();
  rmSync(statusPointer(dir), { force: true });
}

function answer(socket: Socket, report: () => StatusReport): void {
  let asked = "";
  socket.setEncoding("utf8");
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  // Who asked went away.
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: string) => {
    asked += chunk;
    if (asked.includes("\n")) socket.end(`${JSON.stringify(answerTo(asked, report))}\n`);
    else if (asked.length > MAX_REQUEST_CHARS) socket.destroy();
  });
}

function answerTo(line: string, report: () => StatusReport): StatusReport | { readonly problem: string } {
  try {
    requestSchema.parse(JSON.parse(line));
  } catch {
    return { problem: 'ask {"ask":"status"}' };
  }
  return report();
}
