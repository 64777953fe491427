import { basename } from "node:path";
import type { LastingScope } from "./permission-options.ts";

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
  /**
   * Whether it announces `session/list`. Absent: it was never asked, and whoever asks gets no sessions when it turns out that it
   * does not.
   */
  readonly sessions?: boolean;
  readonly quirks?: Quirks;
}

/** How an agent is told to work out a plan first, which it then asks to be approved. */
export interface PlanMode {
  /** Where the mode is one of the choices. */
  readonly setting: "mode" | "collaboration";
  readonly on: string;
  /** What a continued session goes back to, when the next prompt asks for no plan. */
  readonly off: string;
  /** The mode in which it does not ask before edits, where the approval of a plan may not lead there. */
  readonly edits?: string;
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
  readonly plans?: PlanMode;
  /** How long an option to allow "always" holds where its words don't say so. Absent: it forgets it, or keeps it for every project. */
  readonly always?: LastingScope;
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
    sessions: false,
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
    sessions: true,
    quirks: {
      plans: { setting: "mode", on: "plan", off: "default" },
      always: "session",
      dropsImages: true,
      questions: true,
    },
  },
  {
    // 1.0.102
    id: "copilot",
    command: ["copilot", "--acp"],
    install: "npm install -g @github/copilot",
    login: "run `copilot login` in a terminal on the bot's machine, or set GH_TOKEN",
    resumeLine: "copilot --resume={id}",
    environment: ["COPILOT_*", ...github],
    sessions: true,
    quirks: { always: "session", remarks: /^(?:Info|Warning): /u, errorAnswer: /^Error: /u },
  },
  {
    // 3.0.65. Leaves a daemon behind, which the run's mark finds.
    id: "cline",
    command: ["cline", "--acp"],
    install: "npm install -g cline",
    login: "run `cline auth` in a terminal on the bot's machine, or set CLINE_API_KEY, CLINE_PROVIDER and CLINE_MODEL",
    resumeLine: "cline --id {id}",
    environment: ["CLINE_*", ...openai, ...anthropic, "OPENROUTER_*"],
    sessions: false,
    quirks: { dropsImages: true },
  },
  {
    // 0.100.0
    id: "claude-agent-acp",
    command: ["claude-agent-acp"],
    install: "npm install -g @agentclientprotocol/claude-agent-acp",
    login: "run `claude` in a terminal on the bot's machine, or set ANTHROPIC_API_KEY",
    environment: anthropic,
    sessions: true,
    quirks: {
      always: "project",
      plans: { setting: "mode", on: "plan", off: "default", edits: "acceptEdits" },
      questions: true,
      effort: ["low", "medium", "high", "xhigh", "max"],
    },
  },
  {
    // 2.6.0; also the older one of Zed, 0.16.0
    id: "codex-acp",
    command: ["codex-acp"],
    install: "npm install -g @agentclientprotocol/codex-acp",
    login: "run `codex login` in a terminal on the bot's machine, or set OPENAI_API_KEY",
    environment: ["CODEX_*", ...openai, "RUST_LOG"],
    sessions: true,
    quirks: {
      plans: { setting: "collaboration", on: "plan", off: "default" },
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
    sessions: true,
    quirks: { always: "session", lostSession: /OpenCode service failure/u },
  },
  {
    // 7.7.9
    id: "kilo",
    command: ["kilo", "acp"],
    install: "npm install -g @kilocode/cli",
    login: "run `kilo auth login` in a terminal on the bot's machine",
    resumeLine: "kilo --session {id}",
    environment: ["KILO_*", "KILOCODE_*", ...commonKeys, ...github],
    sessions: true,
    quirks: { always: "session", lostSession: /service failure/u },
  },
  {
    // 0.0.34
    id: "pi-acp",
    command: ["pi-acp"],
    install: "npm install -g pi-acp @earendil-works/pi-coding-agent",
    login: "run `pi` in a terminal on the bot's machine, or set the API key of its provider",
    environment: ["PI_*", ...commonKeys],
    sessions: true,
  },
  {
    // 0.36.0, as far as its login
    id: "auggie",
    command: ["auggie", "--acp"],
    install: "npm install -g @augmentcode/auggie",
    login: "run `auggie login` in a terminal on the bot's machine",
    resumeLine: "auggie --resume {id}",
    environment: ["AUGMENT_*", ...github],
    sessions: true,
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
    sessions: true,
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
