import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

export interface StatusPlace {
  /** Directory of the journal. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: this one. */
  readonly platform?: NodeJS.Platform;
}

/** Beside a journal whose own path is too long for a socket: a file that says where the socket is. */
const POINTER = "takopi.sock.path";

/** The kernels' limits, the smaller one of macOS, less the byte that ends the text. */
const MAX_BYTES = 103;

/** Where a bot would listen, best first. A later one needs the pointer, so that others find it. */
export function statusAddresses(place: StatusPlace): readonly string[] {
  if (isWindows(place)) return [`\\\\.\\pipe\\takopi-${nameOf(place.dir)}`];
  const direct = join(place.dir, "takopi.sock");
  return [direct, ...shortFolders(place).map((folder) => join(folder, `${nameOf(place.dir)}.sock`))].filter(fits);
}

/** Where a bot with this journal listens, if one does. */
export function statusAddress(place: StatusPlace): string {
  const [first = ""] = statusAddresses(place);
  if (isWindows(place)) return first;
  try {
    return readFileSync(statusPointer(place.dir), "utf8").trim();
  } catch {
    // No pointer: it is where it is best.
    return join(place.dir, "takopi.sock");
  }
}

export function statusPointer(dir: string): string {
  return join(dir, POINTER);
}

/**
 * Makes the folder of a short address. Throws when somebody else made it first: in a directory that everybody may write to, the name can
 * be taken by anybody.
 */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0) return;
  throw new Error(`${folder} belongs to somebody else, or others may look into it`);
}

function shortFolders({ env }: StatusPlace): readonly string[] {
  const own = `takopi-${userInfo().uid}`;
  const { XDG_RUNTIME_DIR: runtime } = env;
  return [...(runtime === undefined || runtime === "" ? [] : [runtime]), tmpdir(), "/tmp"].map((dir) => join(dir, own));
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_BYTES;
}

function isWindows({ platform = process.platform }: StatusPlace): boolean {
  return platform === "win32";
}

/** The same for every way to write the directory. */
function nameOf(dir: string): string {
  return createHash("sha256").update(realPath(dir)).digest("hex").slice(0, 16);
}

function realPath(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    // Not there: nobody listens either.
    return dir;
  }
}
