import type { EngineId } from "../../src/domain/event.ts";
import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { ResumeCodec } from "../../src/runner/runner.ts";

const uuidPattern = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** The id of a new session, which begins with its engine: the resume lines of all runtimes look alike but for it. */
export function newSessionId(engine: EngineId): string {
  return `${engine}-${crypto.randomUUID()}`;
}

export function resumeCodecOf(engine: EngineId): ResumeCodec {
  const name = engine.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");
  return createResumeCodec({
    engine,
    print: (value) => `takopi happi resume ${value}`,
    pattern: new RegExp(`takopi\\s+happi\\s+resume\\s+(?<token>${name}-${uuidPattern})`, "u"),
  });
}
