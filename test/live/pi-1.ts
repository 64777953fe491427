import { execFile } from "node:child_process";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const version = "1.5.2";
const folder = fileURLToPath(new URL(`../../.cache/engines/pi-${version}/`, import.meta.url));

/**
 * The command of pi 1.x, installed once. It wants Node 22.19, which comes with it where this one is older. The package is unpacked,
 * not installed: its bundle needs none of its dependencies but what loads extensions and what resizes images.
 */
export async function installPi1(): Promise<readonly [string, ...string[]]> {
  const program = join(folder, "node_modules/@earendil-works/pi-coding-agent/dist/bundle/cli.js");
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (!isThere) await install();
  return [isRecent() ? process.execPath : join(folder, `node_modules/${nodePackage()}/bin/node`), program];
}

async function install(): Promise<void> {
  const unpacked = join(folder, "node_modules/@earendil-works/pi-coding-agent");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const options = { cwd: folder, maxBuffer: 16 * 1024 * 1024 };
  const packages = ["jiti@2.7.0", "@silvia-odwyer/photon-node@0.3.4", ...(isRecent() ? [] : [`${nodePackage()}@22`])];
  await run("npm", ["install", "--no-audit", "--no-fund", ...packages], options);
  await run("npm", ["pack", `@earendil-works/pi-coding-agent@${version}`], options);
  await mkdir(unpacked, { recursive: true });
  const archive = `earendil-works-pi-coding-agent-${version}.tgz`;
  await run("tar", ["-xzf", archive, "--strip-components=1", "-C", unpacked], options);
}

function nodePackage(): string {
  return `node-${process.platform}-${process.arch}`;
}

function isRecent(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}
