import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeAnthropic } from "./fake-anthropic.mjs";
import { startFakeModels } from "./fake-models.mjs";
import { startFakeOpenAi } from "./fake-openai.mjs";

/** Where a model service answers, and what it heard. */
export interface FakeModel {
  readonly url: string;
  readonly texts: readonly string[];
  close(): Promise<void>;
}

/** A real agent and how it is driven here. */
export interface LiveAgent {
  readonly id: string;
  /** The variable that says where its program is. */
  readonly variable: string;
  readonly args: readonly string[];
  readonly mode?: string;
  /** A prompt that makes it ask before it makes this file. */
  readonly touch: (file: string) => string;
  readonly startModel: () => Promise<FakeModel>;
  /** Prepares its home; returns the variables it needs. */
  readonly prepare: (home: string, url: string) => Promise<Readonly<Record<string, string>>>;
  /** What was measured, where it is otherwise than with the others. */
  readonly otherwise: {
    /** Its load finds only some sessions. */
    readonly resumesSometimes?: boolean;
    /** A refusal ends its turn. */
    readonly endsOnRefusal?: boolean;
  };
}

const touchWithShell = (file: string): string => `BASH(touch ${file})`;

export const liveAgents: readonly LiveAgent[] = [
  {
    id: "claude-agent-acp",
    variable: "TAKOPI_LIVE_ACP_CLAUDE",
    args: [],
    touch: touchWithShell,
    startModel: startFakeAnthropic,
    prepare: async (home, url) => ({
      CLAUDE_CONFIG_DIR: join(home, ".claude"),
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: "no-real-key",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "1",
    }),
    otherwise: {},
  },
  {
    id: "codex-acp",
    variable: "TAKOPI_LIVE_ACP_CODEX",
    args: [],
    mode: "read-only",
    touch: (file) => `PATCH(${file})`,
    startModel: startFakeModels,
    prepare: async (home, url) => {
      const provider = `name = "fake"\nbase_url = "${url}/v1"\nwire_api = "responses"\nenv_key = "FAKE_KEY"\n`;
      const limits = "request_max_retries = 0\nstream_max_retries = 0\n";
      const top = `model = "fake-1"\nmodel_provider = "fake"\ncheck_for_update_on_startup = false\n`;
      await mkdir(join(home, ".codex"), { recursive: true });
      await writeFile(join(home, ".codex/config.toml"), `${top}[model_providers.fake]\n${provider}${limits}`);
      return { CODEX_HOME: join(home, ".codex"), FAKE_KEY: "no-real-key" };
    },
    otherwise: { endsOnRefusal: true },
  },
  {
    id: "copilot",
    variable: "TAKOPI_LIVE_ACP_COPILOT",
    args: ["--acp"],
    touch: touchWithShell,
    startModel: startFakeOpenAi,
    prepare: async (_home, url) => ({
      COPILOT_PROVIDER_BASE_URL: url,
      COPILOT_PROVIDER_TYPE: "openai",
      COPILOT_PROVIDER_API_KEY: "no-real-key",
      COPILOT_MODEL: "fake-1",
      COPILOT_OFFLINE: "true",
    }),
    otherwise: {},
  },
  {
    id: "gemini",
    variable: "TAKOPI_LIVE_ACP_GEMINI",
    args: ["--acp", "-m", "gemini-2.5-pro"],
    touch: touchWithShell,
    startModel: startFakeModels,
    prepare: async (home, url) => {
      const settings = {
        security: { auth: { selectedType: "gemini-api-key" } },
        privacy: { usageStatisticsEnabled: false },
      };
      await mkdir(join(home, ".gemini"), { recursive: true });
      await writeFile(join(home, ".gemini/settings.json"), JSON.stringify(settings));
      return { GEMINI_API_KEY: "no-real-key", GOOGLE_GEMINI_BASE_URL: url, GEMINI_CLI_TRUST_WORKSPACE: "true" };
    },
    otherwise: { resumesSometimes: true },
  },
];
