import { createJsonLinesRunner, plainCapabilities } from "./json-lines-runner.ts";
import { createResumeCodec } from "./resume-line.ts";
import { toolAction } from "./tool-action.ts";
import { startSubprocess } from "../wire/subprocess.ts";

/**
 * What a user's engine gets to build with: a plugin that exports `createBackend(toolkit)` needs to import nothing, so that one file
 * anywhere on the disk is enough.
 */
export interface Toolkit {
  readonly createJsonLinesRunner: typeof createJsonLinesRunner;
  readonly createResumeCodec: typeof createResumeCodec;
  readonly plainCapabilities: typeof plainCapabilities;
  readonly startSubprocess: typeof startSubprocess;
  readonly toolAction: typeof toolAction;
}

export const toolkit: Toolkit = {
  createJsonLinesRunner,
  createResumeCodec,
  plainCapabilities,
  startSubprocess,
  toolAction,
};
