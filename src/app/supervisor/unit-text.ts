import { dirname, join } from "node:path";
import type { SupervisedBot } from "./supervisor.ts";

export interface UnitInput {
  readonly bot: SupervisedBot;
  readonly node: string;
  readonly program: string;
  readonly mark: string;
}

/** The systemd user unit of a bot. It holds no secret: those are in `takopi.toml`, or in the optional `service.env` beside it. */
export function unitText({ bot, node, program, mark }: UnitInput): string {
  return `# ${mark}; the next one overwrites changes. Your own go into: systemctl --user edit ${bot.name}
[Unit]
Description=Takopi, the coding agents of this machine in Telegram (${specifierSafe(bot.config)})
# Ten failures in ten minutes are not the network's fault: it gives up then.
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
ExecStart=${[node, program, "--config", bot.config].map(argument).join(" ")}
WorkingDirectory=${specifierSafe(bot.cwd)}
# Engines are looked for where your terminal finds them.
Environment=${quoted(`PATH=${bot.path.join(":")}`)}
# What engines and the network need besides (API keys, proxies): NAME=value, one a line. It need not be there.
EnvironmentFile=-${specifierSafe(join(dirname(bot.config), "service.env"))}
Restart=on-failure
RestartSec=10
# A wrong command line and a wrong configuration stay wrong.
RestartPreventExitStatus=2 78
# A stop ends all runs, a restart leaves those running that can be taken up again. Both are the bot's own work, so only the bot is told.
KillSignal=SIGTERM
RestartKillSignal=SIGUSR2
KillMode=process
TimeoutStopSec=20
# Each run may have a control group of its own, so that nothing of it is left behind.
Delegate=yes

[Install]
WantedBy=default.target
`;
}

/** One word of ExecStart. */
function argument(text: string): string {
  return quoted(text.replaceAll("$", "$$$$"));
}

/** Between quotation marks, in which systemd knows backslashes. */
function quoted(text: string): string {
  return `"${specifierSafe(text).replace(/["\\]/g, "\\$&")}"`;
}

function specifierSafe(text: string): string {
  return text.replaceAll("%", "%%");
}
