import type { Command } from "commander";
import type { EngineStatus } from "../../app/engines/engines.ts";
import { programPlace } from "../../app/engines/program-place.ts";
import { describeCapabilities } from "../../runner/describe-capabilities.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import { loadCliConfig } from "../cli-config.ts";

const INDENT = " ".repeat(14);

/** `takopi engines`: what was found, in which version, what it can do, and how to install the rest. */
export function addEngines(program: Command, cli: Cli): void {
  program
    .command("engines")
    .description("list the engines: found or not, version, what they can do, how to install")
    .action(async (_options: unknown, command: Command) => {
      const loaded = await loadCliConfig(cli, { ...command.optsWithGlobals<GlobalOptions>(), tokenRequired: false });
      const { all } = await cli.app.loadEngines(loaded, cli.io.env);
      const lines = await Promise.all(all.map(async (status) => await engineLine(cli, status)));
      cli.io.stdout(lines.map((line) => `${line}\n`).join(""));
    });
}

async function engineLine({ app, io }: Cli, status: EngineStatus): Promise<string> {
  return [await statusLine({ app, io }, status), ...abilityLine(status)].join("\n");
}

function abilityLine({ state, capabilities }: EngineStatus): readonly string[] {
  return state !== "ready" || capabilities === undefined ? [] : [`${INDENT}${describeCapabilities(capabilities)}`];
}

async function statusLine({ app, io }: Pick<Cli, "app" | "io">, status: EngineStatus): Promise<string> {
  const name = status.id.padEnd(12);
  if (status.state !== "ready") return `✗ ${name}${status.problem ?? status.state}`;
  if (status.program === undefined) return `✓ ${name}${programPlace(status)}`;
  const version = await app.engineVersion(status, io.env);
  return version === undefined
    ? `! ${name}${status.program} does not tell its version`
    : `✓ ${name}${version.padEnd(12)}${status.program}`;
}
