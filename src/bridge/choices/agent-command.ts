import type { IncomingMessage } from "../../domain/incoming.ts";
import type { Keyboard } from "../chat-port.ts";
import { readyEngines } from "../known-engines.ts";
import {
  answer,
  type ChoiceDeps,
  engineNamed,
  inRows,
  optionText,
  placeText,
  projectOf,
  sourceText,
} from "./choice-deps.ts";
import { choosePreference } from "./choose-preference.ts";
import { readChoiceWords } from "./choice-words.ts";
import { offerButtons } from "./offer-buttons.ts";
import { chosenEngine, chosenOption } from "./preferences.ts";

/** `/agent`: shows, sets or clears the engine of prompts in this chat or topic that name none. */
export function agentCommand(deps: ChoiceDeps, message: IncomingMessage): void {
  const words = readChoiceWords(message.text);
  switch (words.kind) {
    case "show":
      return answer(deps, message, { text: describe(deps, message), keyboard: keyboard(deps, message) });
    case "clear":
      return answer(
        deps,
        message,
        choosePreference(deps, message, { name: "engine" }) ?? `Cleared. ${describe(deps, message)}`,
      );
    case "set":
      return setEngine(deps, message, words.words);
  }
}

function setEngine(deps: ChoiceDeps, message: IncomingMessage, [name = "", ...others]: readonly string[]): void {
  const engine = engineNamed(deps, name);
  if (engine === undefined || others.length > 0) {
    return answer(
      deps,
      message,
      `Which engine? Write /agent set and one of: ${readyEngines(deps.engines).join(", ")}.`,
    );
  }
  if (deps.engines.runner(engine) === undefined) return answer(deps, message, deps.engines.whyUnavailable(engine));
  const refusal = choosePreference(deps, message, { name: "engine", value: engine });
  answer(deps, message, refusal ?? `Prompts in ${placeText(message)} go to ${engine} from now on.`);
}

function describe(deps: ChoiceDeps, message: IncomingMessage): string {
  const project = projectOf(deps, message);
  const { value: engine, source } = chosenEngine(deps, message.thread, project);
  const option = (name: "model" | "effort"): string =>
    optionText(chosenOption(deps, message.thread, { option: name, engine, project }));
  return [
    `engine: ${engine} (${sourceText(source)})`,
    `model: ${option("model")}`,
    `reasoning: ${option("effort")}`,
  ].join("\n");
}

function keyboard(deps: ChoiceDeps, message: IncomingMessage): Keyboard {
  const { value: current } = chosenEngine(deps, message.thread, projectOf(deps, message));
  const offers = readyEngines(deps.engines).map((engine) => ({
    label: engine === current ? `✓ ${engine}` : engine,
    offer: { kind: "preference", name: "engine", value: engine } as const,
  }));
  const reset = { label: "Default", offer: { kind: "preference", name: "engine" } as const };
  return inRows(offerButtons(deps, message, [...offers, reset]), 3);
}
