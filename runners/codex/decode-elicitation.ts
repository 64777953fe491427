import type { Decision, Question } from "../../src/domain/decision.ts";
import type { Ask, AskedWhere } from "./ask.ts";
import { fieldsAt, isFields, listAt, textAt, textsAt, type Fields } from "../../src/runner/fields.ts";

/** What an MCP server asks through Codex: whether a tool of it may run, to open an address, or to fill in a form. */
export function decodeElicitation(params: Fields, where: AskedWhere): Ask {
  const properties = Object.entries(fieldsAt(fieldsAt(params, "requestedSchema"), "properties"));
  const isApproval = "codex_approval_kind" in fieldsAt(params, "_meta") || properties.length === 0;
  return isApproval ? askApproval(params, where) : askForm(params, properties.map(fieldOf), where);
}

function askApproval(params: Fields, { id }: AskedWhere): Ask {
  const meta = fieldsAt(params, "_meta");
  const url = textAt(params, "url");
  const canLast = [textAt(meta, "persist"), ...textsAt(meta, "persist")].includes("session");
  const tool = textAt(meta, "tool_name");
  return {
    request: {
      kind: "approval",
      id,
      tool: tool ?? textAt(params, "serverName") ?? "MCP",
      title: [textAt(params, "message") ?? "Go on?", ...(url === undefined ? [] : [url])].join(" "),
      input: { ...fieldsAt(meta, "tool_params"), ...(url === undefined ? {} : { url }) },
      scopes: canLast ? ["once", "session"] : ["once"],
    },
    answer: (decision) => {
      if (decision.kind !== "approve") return refusal(decision);
      return { action: "accept", content: {}, _meta: decision.scope === "session" ? { persist: "session" } : null };
    },
    names: tool === undefined || !canLast ? [] : [JSON.stringify(["tool", textAt(params, "serverName"), tool])],
  };
}

interface FormField {
  readonly key: string;
  readonly schema: Fields;
  readonly choices: readonly Choice[];
}

/** What is shown, and what the server wants to hear for it. */
interface Choice {
  readonly label: string;
  readonly value: string | boolean;
}

function askForm(params: Fields, fields: readonly FormField[], { id }: AskedWhere): Ask {
  const message = fields.length === 1 ? textAt(params, "message") : undefined;
  return {
    request: { kind: "question", id, questions: fields.map((field) => questionOf(field, message)) },
    answer: (decision) => {
      if (decision.kind !== "answers") return refusal(decision);
      const content = fields.flatMap((field) => contentOf(field, decision.answers[field.key] ?? []));
      return { action: "accept", content: Object.fromEntries(content), _meta: null };
    },
  };
}

function refusal(decision: Decision): Fields {
  const isOver = decision.kind === "deny" && decision.interrupt === true;
  return { action: isOver ? "cancel" : "decline", content: null, _meta: null };
}

function fieldOf([key, value]: readonly [string, unknown]): FormField {
  const schema = isFields(value) ? value : {};
  return { key, schema, choices: choicesOf(schema) };
}

/** MCP has three ways to write a choice: `enum`, `enum` with `enumNames`, and `oneOf` (`anyOf` in a list). */
function choicesOf(schema: Fields): readonly Choice[] {
  if (schema["type"] === "boolean")
    return [
      { label: "Yes", value: true },
      { label: "No", value: false },
    ];
  const source = schema["type"] === "array" ? fieldsAt(schema, "items") : schema;
  const names = textsAt(source, "enumNames");
  const plain = textsAt(source, "enum").map((value, index) => ({ label: names[index] ?? value, value }));
  const titled = [...listAt(source, "oneOf"), ...listAt(source, "anyOf")].filter(isFields).flatMap((option) => {
    const value = textAt(option, "const");
    return value === undefined ? [] : [{ label: textAt(option, "title") ?? value, value }];
  });
  return [...plain, ...titled];
}

function questionOf({ key, schema, choices }: FormField, message: string | undefined): Question {
  return {
    id: key,
    text: message || textAt(schema, "description") || textAt(schema, "title") || key,
    options: choices.map(({ label }) => ({ label })),
    multiSelect: schema["type"] === "array",
    allowFreeText: choices.length === 0,
  };
}

function contentOf(
  { key, schema, choices }: FormField,
  answers: readonly string[],
): readonly (readonly [string, unknown])[] {
  const values = answers.map((answer) => choices.find(({ label }) => label === answer)?.value ?? answer);
  if (schema["type"] === "array") return [[key, values]];
  const [value] = values;
  if (value === undefined) return [];
  const isNumber = schema["type"] === "number" || schema["type"] === "integer";
  return [[key, isNumber && value !== "" ? Number(value) : value]];
}
