import type { Command } from "commander";
import type { Check } from "../../app/doctor/doctor-check.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import type { ExitCode } from "../cli-error.ts";
import { findConfig } from "../cli-config.ts";

const SIGNS: Readonly<Record<Check["state"], string>> = { ok: "✓", warning: "!", problem: "✗" };

/** `takopi doctor`: tries out everything the bot needs. */
export function addDoctor(program: Command, cli: Cli, onExit: (code: ExitCode) => void): void {
  program
    .command("doctor")
    .description("try out everything the bot needs and say what to do")
    .action(async (_options: unknown, command: Command) => {
      onExit(await doctor(cli, command.optsWithGlobals<GlobalOptions>()));
    });
}

async function doctor(cli: Cli, options: GlobalOptions): Promise<ExitCode> {
  const { runDoctor } = await import("../../app/doctor/doctor.ts");
  const place = await findConfig(cli, options);
  let code: ExitCode = 0;
  for await (const check of runDoctor({ ...place, env: cli.io.env })) {
    cli.io.stdout(`${SIGNS[check.state]} ${check.text}\n`);
    if (check.state === "problem") code = 1;
  }
  return code;
}
