import type { EngineId } from "../../domain/event.ts";
import type { IncomingMessage } from "../../domain/incoming.ts";
import type { Keyboard } from "../chat-port.ts";
import { knownRunner } from "../known-engines.ts";
import { answer, type ChoiceDeps, engineNamed, inRows, optionText, placeText, projectOf } from "./choice-deps.ts";
import { choosePreference } from "./choose-preference.ts";
import { readChoiceWords } from "./choice-words.ts";
import { offerButtons } from "./offer-buttons.ts";
import { chosenEngine, chosenOption } from "./preferences.ts";

/** `model` is chosen with /model, `effort` with /reasoning. */
export type OptionName = "model" | "effort";

const COMMANDS: Readonly<Record<OptionName, string>> = { model: "/model", effort: "/reasoning" };
const NOUNS: Readonly<Record<OptionName, string>> = { model: "model", effort: "reasoning effort" };

/** `/model` and `/reasoning`: show, set or clear what the engine of this chat or topic, or one that is named, is to use. */
export function optionCommand(deps: ChoiceDeps, message: IncomingMessage, option: OptionName): void {
  const words = readChoiceWords(message.text);
  const { engine, rest } = splitEngine(deps, message, words.kind === "show" ? [] : words.words);
  const problem = whyNot(deps, engine, option);
  if (problem !== undefined) return answer(deps, message, problem);
  switch (words.kind) {
    case "show":
      return answer(deps, message, {
        text: describe(deps, message, { engine, option }),
        keyboard: keyboard(deps, message, { engine, option }),
      });
    case "clear":
      if (rest !== "") return answer(deps, message, `There is no engine "${rest}".`);
      return answer(
        deps,
        message,
        choosePreference(deps, message, { name: `${option}:${engine}` }) ??
          `Cleared. ${describe(deps, message, { engine, option })}`,
      );
    case "set":
      return setOption(deps, message, { engine, option, value: rest });
  }
}

interface Wish {
  readonly engine: EngineId;
  readonly option: OptionName;
}

/** A leading name of an engine says whose option it is. */
function splitEngine(
  deps: ChoiceDeps,
  message: IncomingMessage,
  words: readonly string[],
): { readonly engine: EngineId; readonly rest: string } {
  const named = engineNamed(deps, words[0] ?? "");
  const { value } = chosenEngine(deps, message.thread, projectOf(deps, message));
  return named === undefined
    ? { engine: value, rest: words.join(" ") }
    : { engine: named, rest: words.slice(1).join(" ") };
}

function whyNot({ engines }: ChoiceDeps, engine: EngineId, option: OptionName): string | undefined {
  const { capabilities } = knownRunner(engines, engine) ?? {};
  if (capabilities === undefined) return engines.whyUnavailable(engine);
  const can = option === "model" ? capabilities.model : capabilities.effort.length > 0;
  return can ? undefined : `${engine} takes no ${NOUNS[option]} from here.`;
}

function setOption(deps: ChoiceDeps, message: IncomingMessage, wish: Wish & { readonly value: string }): void {
  const { engine, option, value } = wish;
  if (value === "") {
    return answer(deps, message, `Which ${NOUNS[option]}? Write ${COMMANDS[option]} set ${engine} and its name.`);
  }
  const levels = levelsOf(deps, engine);
  if (option === "effort" && !levels.includes(value.toLowerCase())) {
    return answer(deps, message, `${engine} knows these levels: ${levels.join(", ")}.`);
  }
  const chosen = option === "effort" ? value.toLowerCase() : value;
  const refusal = choosePreference(deps, message, { name: `${option}:${engine}`, value: chosen });
  answer(
    deps,
    message,
    refusal ?? `${engine} uses ${value} in ${placeText(message)} from its next run on. /new starts a clean session.`,
  );
}

function describe(deps: ChoiceDeps, message: IncomingMessage, { engine, option }: Wish): string {
  const chosen = chosenOption(deps, message.thread, { option, engine, project: projectOf(deps, message) });
  return `${NOUNS[option]} of ${engine}: ${optionText(chosen)}\nSet it with ${COMMANDS[option]} set NAME.`;
}

function keyboard(deps: ChoiceDeps, message: IncomingMessage, { engine, option }: Wish): Keyboard {
  const current = chosenOption(deps, message.thread, { option, engine, project: projectOf(deps, message) }).value;
  const values =
    option === "effort" ? levelsOf(deps, engine) : modelsUsed(deps, { engine, ...(current && { current }) });
  const name = `${option}:${engine}` as const;
  const offers = values.map((value) => ({
    label: value === current ? `✓ ${value}` : value,
    offer: { kind: "preference", name, value } as const,
  }));
  const reset = { label: "Default", offer: { kind: "preference", name } as const };
  return inRows(offerButtons(deps, message, [...offers, reset]), option === "effort" ? 3 : 1);
}

function levelsOf({ engines }: ChoiceDeps, engine: EngineId): readonly string[] {
  return knownRunner(engines, engine)?.capabilities.effort ?? [];
}

/** Which models an account has, only its engine knows; those that were used before are worth a button. */
function modelsUsed(
  { store }: ChoiceDeps,
  { engine, current }: { engine: EngineId; current?: string },
): readonly string[] {
  const used = store.recentModels(engine);
  return current === undefined || used.includes(current) ? used : [current, ...used];
}
