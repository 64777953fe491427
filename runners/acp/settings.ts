import { fieldsAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";

/** What of a session can be chosen. `effort` is the protocol's `thought_level`; Codex has its plan mode under `collaboration` (2.6). */
export type SettingName = "mode" | "model" | "effort" | "collaboration";

/** How a setting is made. `missing`: the agent does not have it. */
export type SettingCall =
  | { readonly kind: "set" }
  | { readonly kind: "call"; readonly method: string; readonly params: Fields; readonly allowed: readonly string[] }
  | { readonly kind: "missing" };

interface Choice {
  readonly value: string;
  readonly name: string;
}

const categories: Readonly<Record<SettingName, string>> = {
  mode: "mode",
  model: "model",
  effort: "thought_level",
  collaboration: "collaboration_mode",
};

/** What the session was opened with, or the answer to the last setting: the list of options is then the newer one. */
export function settingCall(session: Fields, name: SettingName, wish: string): SettingCall {
  const option = optionFor(session, name);
  if (option !== undefined) {
    const choices = choicesIn(option);
    const value = matching(choices, wish);
    if (option["currentValue"] === value) return { kind: "set" };
    const params = { configId: textAt(option, "id"), value };
    return { kind: "call", method: "session/set_config_option", params, allowed: choices.map((each) => each.value) };
  }
  return isOlder(name) ? olderCall(session, name, wish) : { kind: "missing" };
}

/** Whether the agent names this value among its choices. */
export function hasChoice(session: Fields, name: SettingName, value: string): boolean {
  const option = optionFor(session, name);
  const choices = option === undefined ? (isOlder(name) ? olderChoices(session, name) : []) : choicesIn(option);
  return choices.some((choice) => choice.value === value);
}

/** The value of a setting now. */
export function currentSetting(session: Fields, name: SettingName): string | undefined {
  const option = optionFor(session, name);
  if (option !== undefined) return textAt(option, "currentValue");
  if (name === "mode") return textAt(fieldsAt(session, "modes"), "currentModeId");
  return name === "model" ? textAt(fieldsAt(session, "models"), "currentModelId") : undefined;
}

type OlderName = "mode" | "model";

function isOlder(name: SettingName): name is OlderName {
  return name === "mode" || name === "model";
}

/** Before there were options, modes and models had methods of their own; Gemini has only these (0.61). */
function olderCall(session: Fields, name: OlderName, wish: string): SettingCall {
  if (!isFields(session[`${name}s`])) return { kind: "missing" };
  const choices = olderChoices(session, name);
  const value = matching(choices, wish);
  if (currentSetting(session, name) === value) return { kind: "set" };
  const allowed = choices.map((each) => each.value);
  return { kind: "call", method: `session/set_${name}`, params: { [`${name}Id`]: value }, allowed };
}

function olderChoices(session: Fields, name: OlderName): readonly Choice[] {
  const [list, id] = name === "mode" ? (["availableModes", "id"] as const) : (["availableModels", "modelId"] as const);
  const items = listAt(fieldsAt(session, `${name}s`), list).filter(isFields);
  return items.flatMap((item) => choiceOf(item, id));
}

/** Cline has two options of the category model, one of them named like it (3.0). */
function optionFor(session: Fields, name: SettingName): Fields | undefined {
  const options = listAt(session, "configOptions").filter(isFields);
  const ofCategory = options.filter((option) => option["category"] === categories[name]);
  return ofCategory.find((option) => option["id"] === name) ?? ofCategory[0];
}

/** Options may come in groups. */
function choicesIn(option: Fields): readonly Choice[] {
  const items = listAt(option, "options").filter(isFields);
  return items.flatMap((item) => (Array.isArray(item["options"]) ? choicesIn(item) : choiceOf(item, "value")));
}

function choiceOf(item: Fields, key: string): readonly Choice[] {
  const value = textAt(item, key);
  return value === undefined ? [] : [{ value, name: textAt(item, "name") ?? value }];
}

/** By id, else by name, else by the end of an id that is a link (Copilot). What is not listed is sent as it is: the agent may know it. */
function matching(choices: readonly Choice[], wish: string): string {
  const wanted = wish.toLowerCase();
  const found =
    choices.find(({ value }) => value === wish) ??
    choices.find(({ value, name }) => value.toLowerCase() === wanted || name.toLowerCase() === wanted) ??
    choices.find(({ value }) => value.toLowerCase().endsWith(`#${wanted}`));
  return found?.value ?? wish;
}
