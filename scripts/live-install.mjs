// Installs the engines the live tests run against into `.cache/engines/<id>`, in the versions named here, and keeps them.
// `node scripts/live-install.mjs claude` prints the path of the program.
import { execFile } from "node:child_process";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cacheUrl = new URL("../.cache/engines/", import.meta.url);

/** The version is named because npm otherwise takes the newest one whose `engines` fits this Node, which is an old one. */
const engines = {
  claude: { package: "@anthropic-ai/claude-code", version: "2.1.329", program: "bin/claude.exe", setUp: "install.cjs" },
  codex: { package: "@openai/codex", version: "0.169.0", program: "bin/codex.js" },
  pi: { package: "@mariozechner/pi-coding-agent", version: "0.73.1", program: "dist/cli.js" },
  opencode: { package: "opencode-ai", version: "1.18.33", program: "bin/opencode.exe", setUp: "postinstall.mjs" },
  "acp-claude": { package: "@agentclientprotocol/claude-agent-acp", version: "0.100.0", program: "dist/index.js" },
  "acp-codex": { package: "@agentclientprotocol/codex-acp", version: "2.6.0", program: "dist/index.js" },
  "acp-copilot": { package: "@github/copilot", version: "1.0.102", program: "npm-loader.js" },
  "acp-gemini": { package: "@google/gemini-cli", version: "0.61.0", program: "bundle/gemini.js" },
};

/** The ids a word of the command line stands for: `acp` for all that begin with `acp-`. */
export function enginesNamed(word) {
  const members = Object.keys(engines).filter((id) => id.startsWith(`${word}-`));
  return engines[word] === undefined && members.length > 0 ? members : [word];
}

/**
 * Installs an engine unless that very version is there; returns the absolute path of its program. `version` and `cache` (a directory)
 * are for trying out another one than is named here.
 */
export async function installEngine(id, { version, cache } = {}) {
  const known = engines[id];
  if (known === undefined) throw new Error(`no live engine "${id}"; known: ${Object.keys(engines).join(", ")}`);
  const engine = { ...known, version: version ?? known.version };
  const folder = cache === undefined ? new URL(`${id}/`, cacheUrl) : pathToFileURL(`${cache}/`);
  const packageUrl = new URL(`node_modules/${engine.package}/`, folder);
  if ((await installedVersion(packageUrl)) !== engine.version) await install(engine, { folder, packageUrl });
  const program = fileURLToPath(new URL(engine.program, packageUrl));
  await access(program);
  return program;
}

async function installedVersion(packageUrl) {
  try {
    return JSON.parse(await readFile(new URL("package.json", packageUrl), "utf8")).version;
  } catch {
    return undefined; // not installed yet
  }
}

async function install(engine, { folder, packageUrl }) {
  await mkdir(folder, { recursive: true });
  await writeFile(new URL("package.json", folder), '{ "private": true }\n');
  const options = { cwd: fileURLToPath(folder), maxBuffer: 16 * 1024 * 1024 };
  await run("npm", ["install", "--no-audit", "--no-fund", `${engine.package}@${engine.version}`], options);
  // Puts the native program in place also where npm was told not to run install scripts.
  if (engine.setUp !== undefined)
    await run(process.execPath, [fileURLToPath(new URL(engine.setUp, packageUrl))], options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const id of process.argv.slice(2)) console.log(await installEngine(id));
}
