import type { MessageText } from "../domain/message-text.ts";
import type { LinePart, ProgressView } from "../progress/view.ts";
import { code, join, plain } from "./text-builder.ts";

/** The body of a progress message is cut here, so that header and footer always fit into Telegram's 4096. */
const MAX_BODY_CHARS = 3500;

/** Header, action lines and footer, a blank line between them; empty parts are left out. */
export function progressMessage(shown: ProgressView, footer?: MessageText): MessageText {
  const body = join(fittingLines(shown.lines).map(actionLine), "\n");
  const parts = [plain(shown.header), ...(body.text === "" ? [] : [body]), ...(footer === undefined ? [] : [footer])];
  return join(parts, "\n\n");
}

/** As many of the latest lines as fit; five lines of 300 characters always do. */
function fittingLines(lines: readonly (readonly LinePart[])[]): readonly (readonly LinePart[])[] {
  let room = MAX_BODY_CHARS;
  return lines
    .toReversed()
    .filter((line) => (room -= lineLength(line)) >= 0)
    .toReversed();
}

function lineLength(line: readonly LinePart[]): number {
  return line.reduce((total, part) => total + part.text.length, 1);
}

function actionLine(line: readonly LinePart[]): MessageText {
  return join(
    line.map((part) => (part.code && part.text !== "" ? code(part.text) : plain(part.text))),
    "",
  );
}
