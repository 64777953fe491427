import { type PressDeps, pressButton } from "../../bridge/presses/press-button.ts";
import type { Feature } from "./feature.ts";

/** Buttons under the bot's messages. */
export function pressFeature(deps: PressDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "press") return false;
    pressButton(deps, incoming.press);
    return true;
  };
}
