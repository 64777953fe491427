import type { Command } from "commander";
import type { LoadedHappi } from "../../app/serve-happi.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import { CliError, type ExitCode } from "../cli-error.ts";
import { isConfigured, loadCliConfig } from "../cli-config.ts";
import { createCliLog } from "../cli-log.ts";
import { runUntilStopped } from "../run-until-stopped.ts";
import { readVersion } from "../version.ts";

const EXAMPLES = `
Examples:
  echo '{"v":"happi/1.0","id":"1","cmd":"echo","args":["hello"]}' | takopi happi
  echo '{"v":"happi/1.0","id":"2","cmd":"claude.run","args":["What is here?"],"flags":{"cwd":"~/app"}}' | takopi happi
`;

/** `takopi happi`: the engines for programs, over the HAPPI protocol. */
export function addHappi(program: Command, cli: Cli, onExit: (code: ExitCode) => void): void {
  const happi = program
    .command("happi")
    .description("be a HAPPI runtime: envelopes on standard input, events on standard output")
    .addHelpText("after", EXAMPLES)
    .action(async (_options: unknown, command: Command) => {
      onExit(await serve(cli, command.optsWithGlobals<GlobalOptions>()));
    });
  happi
    .command("resume")
    .description("say how a session of a HAPPI runtime goes on")
    .argument("<id...>", "of the session, as the resume line has it")
    .action((id: readonly string[]) => explainResume(id));
}

async function serve(cli: Cli, options: GlobalOptions): Promise<ExitCode> {
  const { io, app } = cli;
  if (io.isInteractive) io.stderr("takopi happi reads envelopes, one JSON object a line. End with Ctrl-D.\n");
  const request = {
    load: async () => await load(cli, options),
    version: readVersion(),
    cwd: io.cwd,
    env: io.env,
  };
  return await runUntilStopped(
    io,
    async () => await app.serveHappi(request),
    () => {},
  );
}

async function load(cli: Cli, options: GlobalOptions): Promise<LoadedHappi> {
  // Without any, the engines have their defaults; this is only for the file that was named and is not there.
  isConfigured(cli, options);
  const loaded = await loadCliConfig(cli, { ...options, tokenRequired: false });
  return { loaded, log: createCliLog(cli, options, loaded) };
}

/** The line under the answers of a HAPPI engine: what was said in its session is in the bot's journal, and nowhere else. */
function explainResume(id: readonly string[]): never {
  const line = `takopi happi resume ${id.join(" ")}`;
  throw new CliError(`this session goes on in the chat: send the line "${line}" there together with your prompt`, 2);
}
