import type { SupervisedBot } from "./supervisor.ts";

export interface AgentInput {
  readonly bot: SupervisedBot;
  readonly node: string;
  readonly program: string;
  readonly mark: string;
  /** Where it writes what it says. */
  readonly logFile: string;
}

/** The launchd agent of a bot. It holds no secret: those are in `takopi.toml`. */
export function agentText({ bot, node, program, mark, logFile }: AgentInput): string {
  const args = [node, program, "--config", bot.config].map((text) => `    <string>${escaped(text)}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${mark}; the next one overwrites changes. -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${bot.name}</string>
  <key>ProgramArguments</key>
  <array>
${args.join("\n")}
  </array>
  <key>WorkingDirectory</key>
  <string>${escaped(bot.cwd)}</string>
  <key>EnvironmentVariables</key>
  <dict>
    <key>PATH</key>
    <string>${escaped(bot.path.join(":"))}</string>
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>20</integer>
  <key>AbandonProcessGroup</key>
  <true/>
  <key>StandardOutPath</key>
  <string>${escaped(logFile)}</string>
  <key>StandardErrorPath</key>
  <string>${escaped(logFile)}</string>
</dict>
</plist>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
