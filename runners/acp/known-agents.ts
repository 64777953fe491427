import { basename } from "node:path";

/** What is known of a program that speaks the protocol. Measured with the version named beside it, or taken from its own documentation. */
export interface KnownAgent {
  /** The engine's id, unless a table gives it another one. */
  readonly id: string;
  readonly command: readonly [string, ...string[]];
  /** The command that installs it. */
  readonly install: string;
  /** What a person does so that it has credentials. */
  readonly login: string;
  /** Its own terminal command for a session; the default is `<engine> --resume {id}`. */
  readonly resumeLine?: string;
  /** Names (or `PREFIX_*`) of variables it may see beyond the common ones. */
  readonly environment: readonly string[];
  /** Set for it, unless the table sets them. */
  readonly env?: Readonly<Record<string, string>>;
  readonly quirks?: Quirks;
}

/** Where an agent does otherwise than the protocol's documents say. */
export interface Quirks {
  /** Whole chunks without a message id that are remarks of the program, not words of the model. */
  readonly remarks?: RegExp;
  /** An API error comes as the answer of a turn that ends well: an answer like this, in a result without `usage`. */
  readonly errorAnswer?: RegExp;
  /** The agent's words for a session it does not have, where they don't say so. */
  readonly lostSession?: RegExp;
  /** Says that it takes images, and drops them. */
  readonly dropsImages?: boolean;
  /** Shows a plan and waits for its approval. */
  readonly plans?: boolean;
  /** Asks questions, through elicitation or its permission request. */
  readonly questions?: boolean;
  readonly effort?: readonly string[];
}

const anthropic = ["ANTHROPIC_*", "CLAUDE_*", "AWS_*", "GOOGLE_*", "CLOUD_ML_REGION", "VERTEX_*"];
const google = ["GEMINI_*", "GOOGLE_*", "GCLOUD_*", "CLOUDSDK_*"];
const openai = ["OPENAI_*"];
const github = ["GH_TOKEN", "GITHUB_TOKEN", "GH_HOST"];

/** The variables of common model services, for agents that are not known here. */
export const commonKeys: readonly string[] = [...anthropic, ...google, ...openai, "OPENROUTER_*", "MISTRAL_*"];

export const knownAgents: readonly KnownAgent[] = [
  {
    // 0.61.0. Its load finds only some of the sessions it wrote: the prompts are not always in their files.
    id: "gemini",
    command: ["gemini", "--acp"],
    install: "npm install -g @google/gemini-cli",
    login: "run `gemini` in a terminal on the bot's machine, or set GEMINI_API_KEY",
    resumeLine: "gemini --resume {id}",
    environment: google,
    quirks: { lostSession: /^(?:Invalid session identifier|No previous sessions found)/u },
  },
  {
    // 0.24.4
    id: "qwen",
    command: ["qwen", "--acp"],
    install: "npm install -g @qwen-code/qwen-code",
    login: "run `qwen` in a terminal on the bot's machine, or set OPENAI_API_KEY and OPENAI_BASE_URL",
    resumeLine: "qwen --resume {id}",
    environment: ["QWEN_*", "DASHSCOPE_*", "BAILIAN_*", ...openai, ...anthropic, ...google],
    quirks: { dropsImages: true, questions: true },
  },
  {
    // 1.0.102
    id: "copilot",
    command: ["copilot", "--acp"],
    install: "npm install -g @github/copilot",
    login: "run `copilot login` in a terminal on the bot's machine, or set GH_TOKEN",
    resumeLine: "copilot --resume={id}",
    environment: ["COPILOT_*", ...github],
    quirks: { remarks: /^(?:Info|Warning): /u, errorAnswer: /^Error: /u },
  },
  {
    // 3.0.65. Leaves a daemon behind, which the run's mark finds.
    id: "cline",
    command: ["cline", "--acp"],
    install: "npm install -g cline",
    login: "run `cline auth` in a terminal on the bot's machine, or set CLINE_API_KEY, CLINE_PROVIDER and CLINE_MODEL",
    resumeLine: "cline --id {id}",
    environment: ["CLINE_*", ...openai, ...anthropic, "OPENROUTER_*"],
    quirks: { dropsImages: true },
  },
  {
    // 0.100.0
    id: "claude-agent-acp",
    command: ["claude-agent-acp"],
    install: "npm install -g @agentclientprotocol/claude-agent-acp",
    login: "run `claude` in a terminal on the bot's machine, or set ANTHROPIC_API_KEY",
    environment: anthropic,
    quirks: { plans: true, questions: true, effort: ["low", "medium", "high", "xhigh", "max"] },
  },
  {
    // 2.6.0; also the older one of Zed, 0.16.0
    id: "codex-acp",
    command: ["codex-acp"],
    install: "npm install -g @agentclientprotocol/codex-acp",
    login: "run `codex login` in a terminal on the bot's machine, or set OPENAI_API_KEY",
    environment: ["CODEX_*", ...openai, "RUST_LOG"],
    quirks: {
      remarks: /^(?:Warning: |Model metadata for )/u,
      errorAnswer: /^(?:\{"error"|unexpected status |stream disconnected |exceeded retry limit)/u,
    },
  },
  {
    // 1.18.33
    id: "opencode",
    command: ["opencode", "acp"],
    install: "npm install -g opencode-ai",
    login: "run `opencode auth login` in a terminal on the bot's machine",
    resumeLine: "opencode --session {id}",
    environment: ["OPENCODE_*", ...commonKeys, ...github],
    quirks: { lostSession: /OpenCode service failure/u },
  },
  {
    // 7.7.9
    id: "kilo",
    command: ["kilo", "acp"],
    install: "npm install -g @kilocode/cli",
    login: "run `kilo auth login` in a terminal on the bot's machine",
    resumeLine: "kilo --session {id}",
    environment: ["KILO_*", "KILOCODE_*", ...commonKeys, ...github],
    quirks: { lostSession: /service failure/u },
  },
  {
    // 0.0.34
    id: "pi-acp",
    command: ["pi-acp"],
    install: "npm install -g pi-acp @earendil-works/pi-coding-agent",
    login: "run `pi` in a terminal on the bot's machine, or set the API key of its provider",
    environment: ["PI_*", ...commonKeys],
  },
  {
    // 0.36.0, as far as its login
    id: "auggie",
    command: ["auggie", "--acp"],
    install: "npm install -g @augmentcode/auggie",
    login: "run `auggie login` in a terminal on the bot's machine",
    resumeLine: "auggie --resume {id}",
    environment: ["AUGMENT_*", ...github],
    env: { AUGMENT_DISABLE_AUTO_UPDATE: "1" },
  },
  {
    // 0.215.0, as far as its login
    id: "droid",
    command: ["droid", "exec", "--output-format", "acp"],
    install: "npm install -g droid",
    login: "run `droid` in a terminal on the bot's machine, or set FACTORY_API_KEY",
    resumeLine: "droid --resume {id}",
    environment: ["FACTORY_*", "DROID_*"],
    env: { DROID_DISABLE_AUTO_UPDATE: "true" },
  },
  {
    // From the protocol's registry, as are those below.
    id: "goose",
    command: ["goose", "acp"],
    install: "see block.github.io/goose",
    login: "run `goose configure` in a terminal on the bot's machine",
    environment: ["GOOSE_*", ...commonKeys],
  },
  {
    id: "kimi",
    command: ["kimi", "acp"],
    install: "uv tool install kimi-cli",
    login: "run `kimi` in a terminal on the bot's machine and type /login",
    environment: ["KIMI_*", "MOONSHOT_*"],
  },
  {
    id: "vibe",
    command: ["vibe-acp"],
    install: "uv tool install mistral-vibe",
    login: "run `vibe --setup` in a terminal on the bot's machine, or set MISTRAL_API_KEY",
    environment: ["VIBE_*", "MISTRAL_*"],
  },
  {
    id: "cursor",
    command: ["cursor-agent", "acp"],
    install: "see cursor.com/cli",
    login: "run `cursor-agent login` in a terminal on the bot's machine, or set CURSOR_API_KEY",
    environment: ["CURSOR_*"],
  },
];

/** The entry for an engine: by its id, or by the program its command starts. */
export function knownAgent(engine: string, command: readonly [string, ...string[]]): KnownAgent | undefined {
  const program = basename(command[0]);
  const byProgram = knownAgents.find((agent) => agent.command[0] === program);
  return byProgram ?? knownAgents.find((agent) => agent.id === engine);
}
