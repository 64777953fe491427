import { FAIL_POINTS } from "../src/app/faults/fail-points.ts";
import type { FaultInput } from "../src/local/world/fault-plan.ts";
import type { Draft } from "./draft.ts";
import { type FaultKind, type PromptPlan, type Step, waits } from "./scenario.ts";

/** Puts one kind of fault into a scenario. */
type Theme = (draft: Draft) => void;

const ENTITIES = "Bad Request: can't parse entities: unsupported entity at byte offset 3";

export const THEMES: Readonly<Record<FaultKind, Theme>> = {
  "fail point": (draft) => {
    const points = FAIL_POINTS.filter(({ arrow }) => !arrow.startsWith("start"));
    armPoint(draft, pickPoint(draft, points));
  },
  kill: (draft) => during(draft, { do: "kill" }),
  "kill at a call": (draft) => {
    const method = draft.random.pick(["sendMessage", "editMessageText", "deleteMessage", "getUpdates", "sendMessage"]);
    const delayMs = draft.random.pick([0, 300]);
    const { name } = working(draft);
    const kill: Step = { do: "kill at call", method, delayMs };
    if (draft.random.chance(0.5)) draft.segment(name).during.push(kill);
    else draft.segment(name).after.push(kill);
  },
  "kill while recovering": (draft) => {
    during(draft, { do: "kill" });
    const recovery = FAIL_POINTS.filter(({ arrow }) => arrow.startsWith("start"));
    if (draft.lives.length === 0) draft.lives.push({});
    draft.lives.push({ failPoint: pickPoint(draft, recovery) });
  },
  terminate: (draft) => during(draft, { do: "terminate" }),
  "messages while down": (draft) => {
    const { name } = draft.promptLike(({ replyTo }) => replyTo === undefined, {});
    comeBackAfter(draft, name);
  },
  "engine ends while down": (draft) => {
    const { name } = working(draft);
    draft
      .segment(name)
      .during.push(
        { do: "down" },
        { do: "release", prompt: name },
        { do: "reach", prompt: name, stage: "ended" },
        { do: "up" },
      );
  },
  "cancel while down": (draft) => {
    const { name } = draft.promptLike(({ verb }) => ["hold", "hang", "family"].includes(verb), { verb: "hold" });
    const press: Step = { do: "press", prompt: name, button: "cancel", times: 1 };
    draft.segment(name).during.push({ do: "down" }, press, { do: "up" });
  },
  "429": (draft) => refuse(draft, { kind: "429", retry_after: 1 + draft.random.below(3) }),
  "long 429": (draft) => refuse(draft, { kind: "429", retry_after: 25 }),
  "400": (draft) =>
    refuse(draft, { kind: "400", description: ENTITIES, times: 1 + draft.random.below(2) }, "sendMessage"),
  "5xx": (draft) => refuse(draft, { kind: draft.random.pick(["500", "502-html"]), times: 1 + draft.random.below(3) }),
  "cut before": (draft) => refuse(draft, { kind: "cut-before", times: 1 + draft.random.below(2) }),
  "cut after": (draft) => refuse(draft, { kind: "cut-after" }),
  "slow answer": (draft) => refuse(draft, { kind: "delay", delay_ms: 700, times: 2 }),
  "half-open": (draft) => refuse(draft, { kind: "hang" }),
  "poll outage": (draft) => {
    const kind = draft.random.pick(["cut-before", "500", "502-html"]);
    during(draft, { do: "fault", fault: { method: "getUpdates", kind, times: 2 + draft.random.below(3) } });
    during(draft, { do: "drop connections" });
  },
  "half-open poll": (draft) => {
    during(draft, { do: "fault", fault: { method: "getUpdates", kind: "hang" } });
    during(draft, { do: "drop connections" });
  },
  "second poller": (draft) => during(draft, { do: "second poller", polls: 1 + draft.random.below(2) }),
  "duplicated updates": (draft) => {
    after(draft, { do: "repeat updates" });
    if (draft.random.chance(0.5)) after(draft, { do: "kill" });
  },
  "out-of-order updates": (draft) => {
    draft.add({ place: "private", verb: "answer", chars: 300 });
    const name = firstOf(draft);
    comeBackAfter(draft, name);
    draft.segment(name).written.unshift({ do: "reverse updates" });
  },
  album: (draft) => {
    const place = draft.random.pick(["private", "group", "topic"]);
    draft.add({ place, verb: draft.random.pick(["hold", "answer"]), chars: 300, album: 2 + draft.random.below(9) });
  },
  "deleted prompt": (draft) => {
    const { name } = working(draft);
    draft.segment(name).during.push({ do: "delete prompt", prompt: name });
  },
  "deleted topic": (draft) => {
    const { name } = draft.promptLike(({ place, verb }) => place === "topic" && waits(verb), {
      place: "topic",
      verb: "hold",
    });
    draft.segment(name).during.push({ do: "delete topic" });
  },
  "group to supergroup": (draft) => {
    const { name } = draft.promptLike(({ place, verb }) => place === "group" && waits(verb), {
      place: "group",
      verb: "hold",
    });
    draft.segment(name).during.push({ do: "migrate" });
  },
  blocked: (draft) => {
    const place = draft.random.pick(["private", "group"]);
    const { name } = draft.add({ place, verb: "hold", chars: 300 });
    draft
      .segment(name)
      .during.push({ do: "block", place, blocked: true }, { do: "release", prompt: name }, { do: "refused" });
    draft.segment(name).after.push({ do: "block", place, blocked: false });
  },
  "journal full": (draft) => failJournal(draft, "full"),
  "journal read-only": (draft) => failJournal(draft, "readonly"),
  "connections dropped": (draft) => during(draft, { do: "drop connections" }),
  cancel: (draft) => {
    const { name } = draft.promptLike(({ verb }) => ["hold", "hang", "family"].includes(verb), { verb: "family" });
    const times = draft.random.pick([1, 1, 2]);
    draft.segment(name).during.push({ do: "press", prompt: name, button: "cancel", times });
  },
  drop: (draft) => {
    const ahead = draft.promptLike(({ verb }) => verb === "hold", { verb: "hold" });
    const { name } = draft.add({
      place: ahead.place,
      verb: "answer",
      chars: 40,
      replyTo: { prompt: ahead.name, message: "prompt" },
    });
    const press: Step = { do: "press", prompt: name, button: "drop", times: draft.random.pick([1, 3]) };
    draft.segment(ahead.name).during.push(press);
  },
  resume: (draft) => {
    const { name } = draft.promptLike(({ verb }) => verb === "hold" || verb === "family", { verb: "hold" });
    const times = draft.random.pick([1, 1, 3]);
    draft
      .segment(name)
      .during.push(draft.random.pick<Step>([{ do: "terminate" }, { do: "terminate" }, { do: "kill" }]));
    draft.segment(name).during.push({ do: "press", prompt: name, button: "resume", times });
  },
  "double tap": (draft) => {
    const { name } = draft.promptLike(({ verb }) => verb === "ask", { verb: "ask" });
    const button = draft.random.pick(["approve", "deny"]);
    draft.segment(name).during.push({ do: "press", prompt: name, button, times: 5 });
  },
};

function pickPoint(draft: Draft, points: readonly { readonly name: string }[]): string {
  const [first, ...others] = points.map(({ name }) => name);
  const hit = draft.random.pick([1, 1, 1, 2, 3]);
  return `${first === undefined ? "" : draft.random.pick([first, ...others])}@${hit}`;
}

/** What the point needs to be passed is put in too. */
function armPoint(draft: Draft, failPoint: string): void {
  draft.lives.push({ failPoint });
  if (!failPoint.startsWith("decision")) return;
  const { name } = draft.promptLike(({ verb }) => verb === "ask", { verb: "ask" });
  draft.segment(name).during.push({ do: "press", prompt: name, button: "approve", times: 1 });
}

/** A prompt whose engine waits. */
function working(draft: Draft): PromptPlan {
  return draft.promptLike(({ verb }) => waits(verb), { verb: "hold" });
}

function during(draft: Draft, step: Step): void {
  draft.segment(working(draft).name).during.push(step);
}

function after(draft: Draft, step: Step): void {
  draft.segment(working(draft).name).after.push(step);
}

/** The next calls after a prompt's progress message are hit: an edit, its answer, or the removal of the message. */
function refuse(draft: Draft, fault: Omit<FaultInput, "method">, method?: string): void {
  const { random } = draft;
  const hit = method ?? random.pick(["sendMessage", "sendMessage", "deleteMessage", "editMessageText", "sendDocument"]);
  const step: Step = { do: "fault", fault: { ...fault, method: hit } };
  const { name } = working(draft);
  if (random.chance(0.75)) draft.segment(name).during.push(step);
  else draft.segment(name).before.push(step);
}

function failJournal(draft: Draft, kind: "full" | "readonly"): void {
  const from = 3 + draft.random.below(30);
  const life = { journalFault: `${kind}@${from}..${from + draft.random.below(4)}` };
  draft.lives.push(life);
}

/** The prompt, and in a burst those behind it, are written while the bot is down. */
function comeBackAfter(draft: Draft, name: string): void {
  draft.segment(name).before.push({ do: "down" });
  draft.segment(draft.isBurst ? firstOf(draft) : name).written.push({ do: "up" });
}

function firstOf({ plans }: Draft): string {
  const [first] = plans;
  if (first === undefined) throw new Error("there is no prompt yet");
  return first.name;
}
