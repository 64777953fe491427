import { fieldsAt, textAt, type Fields } from "../../src/runner/fields.ts";
import { patchDiff } from "./patch-diff.ts";
import { unwrapShell } from "./unwrap-shell.ts";

/**
 * What a person needs to see before a command runs: Codex's own fields, with `command` as the model wrote it, the `cwd` it runs in, and
 * the `url` where the network is what is asked for.
 */
export function commandInput(params: Fields, cwd: string): Fields {
  const command = textAt(params, "command");
  const network = fieldsAt(params, "networkApprovalContext");
  const [host, protocol] = [textAt(network, "host"), textAt(network, "protocol") ?? ""];
  return {
    ...pick(params, ["reason", "networkApprovalContext", "commandActions", "additionalPermissions"]),
    ...(command === undefined ? {} : { command: unwrapShell(command) }),
    cwd: textAt(params, "cwd") ?? cwd,
    ...(host !== undefined && protocol.startsWith("http") ? { url: `${protocol}://${host}` } : {}),
  };
}

/** The same for a change of files: Codex's own fields, a `diff` of all of it, and the `path` where it is one file. */
export function patchInput(params: Fields, changes: readonly Fields[], cwd: string): Fields {
  const path = changes.length === 1 ? textAt(changes[0] ?? {}, "path") : undefined;
  return {
    ...pick(params, ["reason", "grantRoot"]),
    changes,
    ...(path === undefined ? {} : { path }),
    ...(changes.length === 0 ? {} : { diff: patchDiff(changes, cwd) }),
  };
}

export function permissionsInput(params: Fields, cwd: string): Fields {
  return { cwd, ...pick(params, ["permissions", "cwd", "reason"]) };
}

function pick(fields: Fields, keys: readonly string[]): Fields {
  const present = keys.filter((key) => fields[key] !== undefined && fields[key] !== null);
  return Object.fromEntries(present.map((key) => [key, fields[key]]));
}
