import type { Asked } from "./first-argument.ts";

/**
 * The prompt as the engine gets it. A session that is continued knows what was said before; a new one is told in the prompt, because
 * most engines have no other place for it.
 */
export function promptOf({ prompt, earlier, instructions }: Asked, isContinued: boolean): string {
  const said = isContinued
    ? []
    : earlier.flatMap(({ prompt: asked, answer }) => [...side("User", asked), ...side("Assistant", answer)]);
  const before = said.length === 0 ? [] : ["What was said before:", ...said, "Now answer this:"];
  return [...instructions, ...before, prompt].join("\n\n");
}

function side(name: string, text: string): readonly string[] {
  return text.trim() === "" ? [] : [`${name}:\n${text}`];
}
