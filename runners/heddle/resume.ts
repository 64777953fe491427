import type { EngineId } from "../../src/domain/event.ts";
import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { ResumeCodec } from "../../src/runner/runner.ts";

/** `heddle resume <session id>`; `heddle --resume <id>`, as Heddle's own terminal program has it, is understood, too. */
export function resumeCodecOf(engine: EngineId): ResumeCodec {
  const program = engine.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");
  return createResumeCodec({
    engine,
    print: (value) => `${engine} resume ${value}`,
    pattern: new RegExp(`${program}\\s+(?:--)?resume(?:\\s+|=)(?<token>[^\`\\s]+)`, "u"),
  });
}
