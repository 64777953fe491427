import type { EngineId } from "../../src/domain/event.ts";
import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { ResumeCodec } from "../../src/runner/runner.ts";
import type { KnownAgent } from "./known-agents.ts";

/**
 * The codec of an engine. The agent's own command is used only by the engine that is named like its program: `claude --resume` belongs
 * to the engine claude, not to an adapter of it.
 */
export function resumeCodecOf(
  engine: EngineId,
  { known, template }: { readonly known: KnownAgent | undefined; readonly template: string | undefined },
): ResumeCodec {
  const own = known?.resumeLine?.startsWith(`${engine} `) === true ? known.resumeLine : undefined;
  const line = template ?? own ?? `${engine} --resume {id}`;
  return createResumeCodec({
    engine,
    print: (value) => line.replace("{id}", () => value),
    pattern: patternOf(line),
  });
}

/** `--flag=id` is understood as `--flag id`, too. */
function patternOf(line: string): RegExp {
  const command = line
    .slice(0, -"{id}".length)
    .split(/[\s=]+/u)
    .filter((word) => word !== "")
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  return new RegExp(`${command.join("\\s+")}(?:\\s+|=)(?<token>[^\`\\s]+)`, "u");
}
