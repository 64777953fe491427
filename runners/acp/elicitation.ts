import type { Decision, DecisionRequest, Question, QuestionOption } from "../../src/domain/decision.ts";
import { fieldsAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";

/** A form the agent wants filled in, with `elicitation/create`. */
export interface Elicitation {
  readonly fields: readonly FormField[];
}

interface FormField {
  readonly key: string;
  readonly question: Question;
  readonly type: "text" | "number" | "boolean" | "list";
  /** What the agent wants to hear for a label that is shown. */
  readonly values: ReadonlyMap<string, string>;
  /** The field that takes an answer in other words; Claude adds one to each question (0.100). */
  readonly customKey?: string;
}

export type ElicitationAnswer =
  { readonly action: "decline" | "cancel" } | { readonly action: "accept"; readonly content: Fields };

/** Undefined for what is no form, or an empty one. */
export function decodeElicitation(params: unknown): Elicitation | undefined {
  const request = isFields(params) ? params : {};
  const properties = fieldsAt(fieldsAt(request, "requestedSchema"), "properties");
  const keys = Object.keys(properties).filter((key) => !isCustom(key, properties));
  const message = textAt(request, "message") ?? "";
  const fields = keys.map((key) => formField(key, properties, keys.length === 1 ? message : undefined));
  return fields.length === 0 ? undefined : { fields };
}

export function questionRequest({ fields }: Elicitation, id: string): DecisionRequest {
  return { kind: "question", id, questions: fields.map(({ question }) => question) };
}

export function elicitationAnswer({ fields }: Elicitation, decision: Decision): ElicitationAnswer {
  if (decision.kind !== "answers") return { action: decision.kind === "dismiss" ? "cancel" : "decline" };
  const content = fields.flatMap((field) => contentOf(field, decision.answers[field.key] ?? []));
  return { action: "accept", content: Object.fromEntries(content) };
}

function isCustom(key: string, properties: Fields): boolean {
  return key.endsWith("_custom") && key.slice(0, -"_custom".length) in properties;
}

function formField(key: string, properties: Fields, message: string | undefined): FormField {
  const field = fieldsAt(properties, key);
  const type = typeOf(field);
  const choices = type === "boolean" ? [choice("Yes"), choice("No")] : choicesOf(field);
  const customKey = `${key}_custom`;
  const hasCustom = customKey in properties;
  const text = message || textAt(field, "description") || textAt(field, "title") || key;
  const options = choices.map(({ option }) => option);
  return {
    key,
    type,
    values: new Map(choices.map(({ option, value }) => [option.label, value])),
    ...(hasCustom ? { customKey } : {}),
    question: {
      id: key,
      text,
      options,
      multiSelect: type === "list",
      allowFreeText: hasCustom || options.length === 0,
    },
  };
}

function typeOf(field: Fields): FormField["type"] {
  switch (field["type"]) {
    case "array":
      return "list";
    case "boolean":
      return "boolean";
    case "number":
    case "integer":
      return "number";
    default:
      return "text";
  }
}

interface Choice {
  readonly option: QuestionOption;
  readonly value: string;
}

function choice(label: string, value: string = label, description?: string): Choice {
  return { option: { label, ...(description === undefined ? {} : { description }) }, value };
}

/** `oneOf` with titles, or bare `enum`; of the items for a list. */
function choicesOf(field: Fields): readonly Choice[] {
  const source = field["type"] === "array" ? fieldsAt(field, "items") : field;
  const titled = ["oneOf", "anyOf"].flatMap((key) => listAt(source, key)).filter(isFields);
  const plain = listAt(source, "enum").filter((value) => typeof value === "string");
  return [
    ...titled.flatMap((item) => {
      const value = textAt(item, "const");
      return value === undefined ? [] : [choice(textAt(item, "title") ?? value, value, textAt(item, "description"))];
    }),
    ...plain.map((value) => choice(value)),
  ];
}

function contentOf(field: FormField, chosen: readonly string[]): readonly (readonly [string, unknown])[] {
  const known = chosen.flatMap((label) => field.values.get(label) ?? []);
  const own = chosen.filter((label) => !field.values.has(label)).join(", ");
  const custom = own !== "" && field.customKey !== undefined ? [[field.customKey, own] as const] : [];
  const value = valueOf(field, known, own);
  return value === undefined ? custom : [[field.key, value], ...custom];
}

function valueOf(field: FormField, known: readonly string[], own: string): unknown {
  switch (field.type) {
    case "list":
      return known.length === 0 ? undefined : known;
    case "boolean":
      return known[0] === undefined ? undefined : known[0] === "Yes";
    case "number":
      return own === "" || Number.isNaN(Number(own)) ? undefined : Number(own);
    case "text":
      return known[0] ?? (field.values.size > 0 || own === "" ? undefined : own);
  }
}
