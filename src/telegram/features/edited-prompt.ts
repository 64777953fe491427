import { type EditDeps, editPrompt } from "../../bridge/edit-prompt.ts";
import { editedText } from "../../bridge/files/accept-files.ts";
import type { EngineSource } from "../../bridge/ports.ts";
import type { BridgeSettings } from "../../bridge/settings.ts";
import { parseDirectives } from "../../routing/directives.ts";
import { stripResumeLines } from "../../runner/resume-line.ts";
import type { Feature } from "./feature.ts";

type EditedPromptDeps = EditDeps & {
  readonly engines: EngineSource;
  readonly settings: BridgeSettings;
};

/** The user changed a message they sent before. Engine and project stay those of the first version. */
export function editedPromptFeature(deps: EditedPromptDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "edited") return false;
    const { runners } = deps.engines;
    const names = { engines: runners.map((runner) => runner.engine), projects: [...deps.settings.projects.keys()] };
    const text = editedText(deps.store, incoming.message);
    const parsed = parseDirectives(stripResumeLines(text, runners), names);
    if (parsed.kind === "parsed") editPrompt(deps, incoming.message, parsed.directives.prompt);
    return true;
  };
}
