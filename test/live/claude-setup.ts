/** The CLI that `run.mjs` installed. */
export const program: string = installed();

/** The table that has the bot use it, with two tools allowed that its own rules ask for. */
export const claudeTable: string = `[claude]\ncommand = ${JSON.stringify(program)}\nuse_api_billing = true\nallowed_tools = ["Bash", "Read"]\n`;

/** Its environment with a fake model at this address. */
export function claudeVariables(modelUrl: string): Readonly<Record<string, string>> {
  return {
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: "no-real-key",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "1",
  };
}

function installed(): string {
  const path = process.env["TAKOPI_LIVE_CLAUDE"];
  if (path !== undefined) return path;
  throw new Error("run `npm run test:live -- claude`: it installs the CLI and says where it is");
}
