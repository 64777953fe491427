/** Chat commands, which neither a project nor an engine may be named like. */
export const RESERVED_COMMANDS: readonly string[] = [
  "agent",
  "cancel",
  "continue",
  "ctx",
  "file",
  "help",
  "model",
  "new",
  "pair",
  "plan",
  "queue",
  "reasoning",
  "reveal",
  "sessions",
  "start",
  "status",
  "topic",
  "trigger",
];

/** Commands of the program, which an engine may not be named like: `takopi <engine>` starts with that engine. */
export const PROGRAM_COMMANDS: readonly string[] = [
  "audit",
  "config",
  "doctor",
  "engines",
  "happi",
  "local",
  "pair",
  "service",
  "setup",
  "status",
];

/** Tables of engines the original knows. Accepted with a warning where this program has no such engine. */
export const ORIGINAL_ENGINES: readonly string[] = ["claude", "codex", "opencode", "pi"];
