import type { Action, ActionEvent } from "../domain/event.ts";
import { fieldsAt, numberAt, textAt, type Fields } from "../runner/fields.ts";

/** A tool that an engine uses, as a client is told of it. */
export interface Tool {
  readonly name: string;
  readonly input: Fields;
}

/** The engine's own name and input of the tool; where it gives none, what the title says. */
export function toolOf(action: Action): Tool {
  const { title, detail } = action;
  const ownName = textAt(detail, "tool") ?? textAt(detail, "name");
  const ownInput = fieldsAt(detail, "input");
  const { name, input } = usualTool(action);
  const isOwn = name === undefined && Object.keys(ownInput).length > 0;
  return {
    name: ownName ?? name ?? (title === "" ? "tool" : title),
    input: isOwn ? ownInput : { ...input, ...ownInput },
  };
}

/** Without a name the input is only the title. */
function usualTool(action: Action): { readonly name?: string; readonly input: Fields } {
  switch (action.kind) {
    case "command":
      return { name: "bash", input: { command: action.title } };
    case "file_change":
      return { name: "edit", input: pathOf(action) };
    case "web_search":
      return { name: "web_search", input: { query: action.title } };
    case "tool":
    case "subagent":
    case "note":
    case "turn":
    case "warning":
    case "telemetry":
      return { input: { title: action.title } };
  }
}

/** What came of it. Failed exactly when `is_error` is there; then `error` says why. */
export function outputOf({ action, ok, message }: ActionEvent): Fields {
  const { detail } = action;
  const text = textAt(detail, "output");
  const isCut = text !== undefined && (numberAt(detail, "outputChars") ?? 0) > text.length;
  const exit = detail.exitCode === undefined ? "failed" : `exit code ${detail.exitCode}`;
  const error = textAt(detail, "error") ?? message ?? text ?? exit;
  return {
    ...(text !== undefined && { text }),
    ...(isCut && { truncated: true }),
    ...(detail.exitCode !== undefined && { exit_code: detail.exitCode }),
    ...(detail.changes !== undefined && { changes: detail.changes }),
    ...(ok === false && { is_error: true, error }),
  };
}

/** The first file as `path`, which is what most clients look for; all of them as `changes`. */
function pathOf({ title, detail: { changes } }: Action): Fields {
  return { path: changes?.[0]?.path ?? title, ...(changes !== undefined && { changes }) };
}
