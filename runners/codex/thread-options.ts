import type { RunRequest } from "../../src/runner/runner.ts";
import type { CodexConfig } from "./config.ts";
import { fieldsAt, flagAt, isFields, textAt, textsAt, type Fields } from "../../src/runner/fields.ts";

/** The parameters of `thread/start`, or with a session of `thread/resume`. `profile`: its settings by dotted key. */
export function threadParams(
  { cwd, resume, options }: RunRequest,
  config: CodexConfig,
  profile: Fields | undefined,
): Fields {
  const model = options.model ?? config.model;
  return {
    ...(resume === undefined ? {} : { threadId: resume.value, excludeTurns: true }),
    cwd,
    ...(model === undefined ? {} : { model }),
    ...(config.approval_policy === undefined ? {} : { approvalPolicy: config.approval_policy }),
    ...(profile === undefined ? {} : { config: profile }),
  };
}

/**
 * The sandbox of the turn; `undefined` leaves it to Codex. It goes with the turn because Codex notes down a directory as trusted, for
 * good, when a thread begins with rights to write in it (0.169.0). `own` is Codex's config, as `config/read` answers it.
 */
export function sandboxPolicy(
  { sandbox }: CodexConfig,
  own: Fields | undefined,
  profile: Fields = {},
): Fields | undefined {
  const isSet = own === undefined || textAt(own, "sandbox_mode") !== undefined || "sandbox_mode" in profile;
  switch (sandbox ?? (isSet ? undefined : "workspace-write")) {
    case undefined:
      return undefined;
    case "read-only":
      return { type: "readOnly", networkAccess: false };
    case "danger-full-access":
      return { type: "dangerFullAccess" };
    case "workspace-write":
      return workspaceWrite(fieldsAt(own ?? {}, "sandbox_workspace_write"));
  }
}

/** With what Codex's config says about this mode, which a policy for the turn would otherwise leave out. */
function workspaceWrite(own: Fields): Fields {
  return {
    type: "workspaceWrite",
    writableRoots: textsAt(own, "writable_roots"),
    networkAccess: flagAt(own, "network_access"),
    excludeTmpdirEnvVar: flagAt(own, "exclude_tmpdir_env_var"),
    excludeSlashTmp: flagAt(own, "exclude_slash_tmp"),
  };
}

/** Codex's config in the answer to `config/read`. */
export function decodeConfig(result: unknown): Fields | undefined {
  return isFields(result) && isFields(result["config"]) ? result["config"] : undefined;
}
