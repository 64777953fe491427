import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { sendBytes, sendJson } from "./send.ts";

const PAGE_FOLDER = new URL("../page/", import.meta.url);

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ["html", "text/html; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["json", "application/json"],
  ["svg", "image/svg+xml"],
  ["png", "image/png"],
  ["ico", "image/x-icon"],
  ["woff2", "font/woff2"],
]);

// What an agent writes is shown on this page: only the page's own files may run.
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Serves the chat page: `index.html` at `/`, else the file of this name in `page/`. */
export async function sendPageFile(response: ServerResponse, path: string): Promise<void> {
  const name = path === "/" ? "index.html" : path.slice(1);
  const type = MEDIA_TYPES.get(/\.([a-z0-9]+)$/.exec(name)?.[1] ?? "");
  const isInside = /^[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*)*$/.test(name);
  const bytes = type !== undefined && isInside ? await readIfThere(new URL(name, PAGE_FOLDER)) : undefined;
  if (bytes === undefined || type === undefined) sendJson(response, 404, { error: `no page ${path}` });
  else
    sendBytes(response, bytes, {
      "content-type": type,
      "cache-control": "no-cache",
      "content-security-policy": POLICY,
    });
}

async function readIfThere(file: URL): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}
