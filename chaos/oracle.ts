import { currentChat, type Evidence, type LifeEnd } from "./evidence.ts";
import { isUnfinished } from "./messages.ts";
import { judgePrompt } from "./judge-prompt.ts";
import { type Violation, violation } from "./violation.ts";

/** What a log must not contain. */
const CRASHES =
  /unhandled|uncaught|a run broke|a delivery broke|recovery was incomplete|Cannot read properties|is not a function/i;

/** Looks at what people see and what the engines got, whatever was done to the bot. Empty: all is well. */
export function judge(evidence: Evidence): readonly Violation[] {
  return [
    ...evidence.scenario.prompts.flatMap((plan) => judgePrompt(evidence, plan)),
    ...judgeMessages(evidence),
    ...judgeMarks(evidence),
    ...judgeEngines(evidence),
    ...judgeBot(evidence),
  ];
}

function judgeMessages(evidence: Evidence): readonly Violation[] {
  const { messages, scenario, groupId } = evidence;
  const hasMoved = (chat: number): boolean => currentChat(chat, { groupId }) !== chat;
  const visible = messages.filter(({ chat }) => !hasMoved(chat));
  const stuck = visible
    .filter(isUnfinished)
    .map(({ chat, id, text }) =>
      violation("stuck card", `message ${id} of ${chat} still shows "${text.split("\n")[0]}"`),
    );
  const open = visible
    .filter(({ buttons }) => buttons.some(({ label }) => label === "Approve"))
    .map(({ id }) => violation("open decision", `message ${id} still asks, and nobody waits`));
  const names = new Set(scenario.prompts.map(({ name }) => name));
  const foreign = messages.filter((message) => isForeign(evidence, message, names));
  return [
    ...stuck,
    ...open,
    ...foreign.map(({ id, chat }) =>
      violation("foreign session", `message ${id} of ${chat} names a session of another chat`),
    ),
  ];
}

/** Whether it names a session whose prompts all came from elsewhere. */
function isForeign(
  evidence: Evidence,
  { text, chat }: Evidence["messages"][number],
  names: ReadonlySet<string>,
): boolean {
  const session = /claude --resume ([\w-]+)/.exec(text)?.[1];
  if (session === undefined) return false;
  const prompts = evidence.started
    .filter((started) => started.session === session)
    .map(({ prompt }) => prompt.split(" ")[1] ?? "");
  const places = prompts.filter((name) => names.has(name)).map((name) => evidence.said.get(name)?.chat);
  const here = currentChat(chat, evidence);
  return places.length > 0 && places.every((place) => place === undefined || currentChat(place, evidence) !== here);
}

/** A copy is marked only where the first one may have arrived. */
function judgeMarks({ posted, ends, lostAnswers, scenario }: Evidence): readonly Violation[] {
  const marked = posted.filter(({ text }) => text.includes("↻ sent again")).length;
  const drops = scenario.steps.filter((step) => step.do === "drop connections").length;
  // Each end can interrupt one send in each of the chats.
  const reasons = lostAnswers + 3 * (ends.length + drops);
  return marked <= reasons
    ? []
    : [violation("needless mark", `${marked} messages are marked as repeated, for ${reasons} reasons at most`)];
}

function judgeEngines({ alive, overlaps }: Evidence): readonly Violation[] {
  return [
    ...alive.map((pid) => violation("orphan", `process ${pid} still runs`)),
    ...overlaps
      .filter(({ isWorking }) => isWorking)
      .map(({ session, pid, other }) =>
        violation("session doubled", `${pid} began in session ${session} while ${other} worked in it`),
      ),
  ];
}

function judgeBot({ ends, log, rest }: Evidence): readonly Violation[] {
  const crash = log.split("\n").find((line) => CRASHES.test(line));
  return [
    ...ends
      .filter((end) => !isAllowed(end))
      .map(({ cause, code }) => violation("bot ended", `the bot ended with code ${code} (${cause})`)),
    ...(crash === undefined ? [] : [violation("log", crash)]),
    ...(rest.unsettled === undefined ? [] : [violation("unsettled", rest.unsettled)]),
  ];
}

/** It may refuse to start with a journal that can't be written, and an end in order has the code 0. */
function isAllowed({ cause, code, hasPolled, journalFault }: LifeEnd): boolean {
  switch (cause) {
    case "kill":
    case "fail point":
      return true;
    case "terminate":
      return code === 0 || !hasPolled;
    case "itself":
      return code === 1 && !hasPolled && journalFault !== undefined;
  }
}
