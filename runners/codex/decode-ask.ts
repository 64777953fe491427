import type { Decision, QuestionRequest } from "../../src/domain/decision.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import { commandInput, patchInput, permissionsInput } from "./approval-input.ts";
import type { Ask, AskedWhere } from "./ask.ts";
import { decodeElicitation } from "./decode-elicitation.ts";
import { fieldsAt, flagAt, isFields, listAt, textAt, textsAt, type Fields } from "../../src/runner/fields.ts";
import { unwrapShell } from "./unwrap-shell.ts";

type Decoder = (params: Fields, where: AskedWhere) => Ask;

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["item/commandExecution/requestApproval", askCommand],
  ["item/fileChange/requestApproval", askFileChange],
  ["item/permissions/requestApproval", askPermissions],
  ["item/tool/requestUserInput", askUser],
  ["mcpServer/elicitation/request", decodeElicitation],
]);

/** A request of the app-server. `undefined`: not one that a user can answer. */
export function decodeAsk(method: string, params: unknown, where: AskedWhere): Ask | undefined {
  return decoders.get(method)?.(isFields(params) ? params : {}, where);
}

function askCommand(params: Fields, { id, cwd }: AskedWhere): Ask {
  const network = fieldsAt(params, "networkApprovalContext");
  const host = textAt(network, "host");
  const command = unwrapShell(textAt(params, "command") ?? "");
  const { title } = toolAction({ name: "shell", input: { command }, cwd });
  const input = commandInput(params, cwd);
  const name =
    host === undefined
      ? ["command", command, input["cwd"], params["additionalPermissions"]]
      : ["network", textAt(network, "protocol"), host];
  return {
    request: {
      kind: "approval",
      id,
      tool: "shell",
      title: host === undefined ? title : `network access to ${host}: ${title}`,
      input,
      scopes: ["once", "session"],
    },
    answer: (decision) => ({ decision: reviewDecision(decision) }),
    // What is typed into a program that runs means something else in another run.
    names: params["kind"] === "writeStdin" ? [] : [JSON.stringify(name)],
  };
}

/** What would be changed is in the item that was reported just before. */
function askFileChange(params: Fields, { id, cwd, patches }: AskedWhere): Ask {
  const changes = patches.get(textAt(params, "itemId") ?? "") ?? [];
  const paths = changes.flatMap((change) => textAt(change, "path") ?? []);
  const titles = paths.map((path) => toolAction({ name: "edit", input: { path }, cwd }).title);
  const moved = changes.flatMap((change) => textAt(fieldsAt(change, "kind"), "move_path") ?? []);
  const edits = [...paths, ...moved];
  return {
    request: {
      kind: "approval",
      id,
      tool: "apply_patch",
      title: `edit ${titles.join(", ") || "files"}`,
      input: patchInput(params, changes, cwd),
      scopes: ["once", "session"],
    },
    answer: (decision) => ({ decision: reviewDecision(decision) }),
    names: edits.map((path) => JSON.stringify(["edit", path])),
    ...(textAt(params, "grantRoot") === undefined ? { edits } : {}),
  };
}

/** `decline` lets the turn go on, `cancel` ends it. */
function reviewDecision(decision: Decision): string {
  if (decision.kind === "approve") return decision.scope === "once" ? "accept" : "acceptForSession";
  return decision.kind === "deny" && decision.interrupt === true ? "cancel" : "decline";
}

/** More rights for the rest of the turn, or of the session. */
function askPermissions(params: Fields, { id, cwd }: AskedWhere): Ask {
  const wanted = fieldsAt(params, "permissions");
  const granted = Object.fromEntries(Object.entries(wanted).filter(([, value]) => isFields(value)));
  return {
    request: {
      kind: "approval",
      id,
      tool: "request_permissions",
      title: permissionsTitle(wanted),
      input: permissionsInput(params, cwd),
      scopes: ["once", "session"],
    },
    answer: (decision) =>
      decision.kind === "approve"
        ? { permissions: granted, scope: decision.scope === "once" ? "turn" : "session" }
        : { permissions: {}, scope: "turn" },
    names: [JSON.stringify(["permissions", granted])],
  };
}

function permissionsTitle(wanted: Fields): string {
  const files = fieldsAt(wanted, "fileSystem");
  const entries = listAt(files, "entries").filter(isFields);
  const parts = [
    ...(flagAt(fieldsAt(wanted, "network"), "enabled") ? ["network access"] : []),
    ...textsAt(files, "read").map((path) => `read ${path}`),
    ...textsAt(files, "write").map((path) => `write ${path}`),
    ...entries.map((entry) => `${textAt(entry, "access") ?? "use"} ${pathOf(fieldsAt(entry, "path"))}`),
  ];
  return [...new Set(parts)].join(", ") || "more permissions";
}

function pathOf(path: Fields): string {
  return textAt(path, "path") ?? textAt(path, "pattern") ?? JSON.stringify(path["value"] ?? path);
}

function askUser(params: Fields, { id }: AskedWhere): Ask {
  const request: QuestionRequest = { kind: "question", id, questions: questionsOf(params) };
  return {
    request,
    answer: (decision) => {
      const answers = decision.kind === "answers" ? Object.entries(decision.answers) : [];
      return { answers: Object.fromEntries(answers.map(([question, chosen]) => [question, { answers: chosen }])) };
    },
  };
}

function questionsOf(params: Fields): QuestionRequest["questions"] {
  const questions = listAt(params, "questions").filter(isFields);
  return questions.map((question, index) => {
    const options = listAt(question, "options").filter(isFields).flatMap(optionOf);
    return {
      id: textAt(question, "id") ?? `${index}`,
      text: textAt(question, "question") || textAt(question, "header") || "?",
      options,
      multiSelect: false,
      allowFreeText: options.length === 0 || flagAt(question, "isOther"),
    };
  });
}

function optionOf(option: Fields): readonly { readonly label: string; readonly description?: string }[] {
  const label = textAt(option, "label");
  const description = textAt(option, "description");
  return label === undefined ? [] : [{ label, ...(description === undefined ? {} : { description }) }];
}
