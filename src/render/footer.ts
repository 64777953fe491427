import type { MessageText } from "../domain/message-text.ts";
import { code, join, plain } from "./text-builder.ts";

export interface FooterLines {
  readonly context?: string;
  readonly resumeLine?: string;
  /** How many secrets are covered above. Default 0. */
  readonly coveredCount?: number;
}

/**
 * The last lines of a run's messages: what is covered in it, its project and the command that resumes its session. The latter two are
 * code, which a tap copies; `/reveal` is not, so that a tap sends it.
 */
export function footer({ context, resumeLine, coveredCount = 0 }: FooterLines): MessageText | undefined {
  const covered =
    coveredCount === 0 ? [] : [plain(`${coveredCount} secret${coveredCount === 1 ? "" : "s"} covered · /reveal`)];
  const codes = [context, resumeLine].filter((line) => line !== undefined).map((line) => code(line));
  return covered.length + codes.length === 0 ? undefined : join([...covered, ...codes], "\n");
}
