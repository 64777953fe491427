/** What a command such as `/model` says after its name. */
export type ChoiceWords =
  | { readonly kind: "show" }
  | { readonly kind: "clear"; readonly words: readonly string[] }
  | { readonly kind: "set"; readonly words: readonly string[] };

/** Reads `/model`, `/model set codex gpt-5`, `/model clear` and, for short, `/model gpt-5`. */
export function readChoiceWords(text: string): ChoiceWords {
  const [, ...words] = text.trim().split(/\s+/);
  const [verb, ...rest] = words;
  if (verb === undefined) return { kind: "show" };
  const lower = verb.toLowerCase();
  if (lower === "clear") return { kind: "clear", words: rest };
  return { kind: "set", words: lower === "set" ? rest : words };
}
