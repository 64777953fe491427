import { z } from "zod";

/** What was sent: a request with its own version and id, or a line of which nobody can say whose it is. */
export interface Sent {
  readonly v: string;
  readonly id: string;
  readonly isUnreadable?: true;
}

const eventSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("started") }),
  z.looseObject({ type: z.literal("delta"), text: z.string().min(1) }),
  z.looseObject({
    type: z.literal("tool_call"),
    name: z.string().min(1),
    input: z.record(z.string(), z.unknown()),
    call_id: z.string().min(1),
  }),
  z.looseObject({
    type: z.literal("tool_result"),
    name: z.string().min(1),
    output: z.unknown().refine((output) => output !== undefined),
    call_id: z.string().min(1),
  }),
  z.looseObject({
    type: z.literal("sub_request"),
    envelope: z.looseObject({
      v: z.string(),
      id: z.string().min(1),
      cmd: z.string().min(1),
      args: z.array(z.unknown()),
    }),
  }),
  z.looseObject({
    type: z.literal("completed"),
    usage: z.looseObject({ input_tokens: z.number().min(0), output_tokens: z.number().min(0) }),
  }),
  z.looseObject({ type: z.literal("error"), code: z.string().min(1), message: z.string().min(1) }),
]);

const lineSchema = z
  .looseObject({ v: z.string(), id: z.string(), ts: z.int().min(0), type: z.string() })
  .and(eventSchema);

/** One event, as a client reads it. */
export interface SeenEvent {
  readonly v: string;
  readonly id: string;
  readonly ts: number;
  readonly type: "started" | "delta" | "tool_call" | "tool_result" | "sub_request" | "completed" | "error";
  readonly call_id?: string;
  readonly name?: string;
}

/** The events on a standard output. Throws where a line is none of the protocol's seven. */
export function readEvents(stdout: string): readonly SeenEvent[] {
  if (stdout !== "" && !stdout.endsWith("\n")) throw new Error("the last line has no end");
  const lines = stdout.split("\n").slice(0, -1);
  return lines.map((line) => lineSchema.parse(JSON.parse(line)));
}

/** Everything in which the answers to these requests, sent in this order on one input, are not as the page's checklist wants them. */
export function violations(sent: readonly Sent[], stdout: string): readonly string[] {
  let events: readonly SeenEvent[];
  try {
    events = readEvents(stdout);
  } catch (error) {
    return [`a line is no event: ${String(error)}`];
  }
  const groups = inGroups(events);
  const problems = sent.flatMap((request, index) => {
    const group = groups[index];
    return group === undefined ? [`${request.id}: no answer`] : problemsIn(request, group);
  });
  return groups.length > sent.length ? [...problems, "there are events nobody asked for"] : problems;
}

/** Each group ends with its outcome. */
function inGroups(events: readonly SeenEvent[]): readonly (readonly SeenEvent[])[] {
  const groups: SeenEvent[][] = [];
  let isOver = true;
  for (const event of events) {
    if (isOver) groups.push([]);
    groups.at(-1)?.push(event);
    isOver = event.type === "completed" || event.type === "error";
  }
  return groups;
}

function problemsIn({ v, id, isUnreadable }: Sent, events: readonly SeenEvent[]): readonly string[] {
  const types = events.map(({ type }) => type);
  const stamps = events.map(({ ts }) => ts);
  const calls = events.flatMap((event) => (event.type === "tool_call" ? [event.call_id] : []));
  const results = events.flatMap((event) => (event.type === "tool_result" ? [event.call_id] : []));
  const rules: readonly (readonly [string, boolean])[] = [
    ["v and id come back unchanged", events.every((event) => event.v === v && event.id === id)],
    ["started is first, and once", (types[0] === "started") !== (isUnreadable === true)],
    ["started comes once", types.lastIndexOf("started") <= 0],
    ["the last is an outcome", types.at(-1) === "completed" || types.at(-1) === "error"],
    ["ts does not go back", stamps.every((ts, index) => index === 0 || ts >= (stamps[index - 1] ?? 0))],
    ["call ids are unique", new Set(calls).size === calls.length && new Set(results).size === results.length],
    ["results have calls before them", events.every((event, index) => isCalled(event, events.slice(0, index)))],
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => `${id}: not so: ${rule}`);
}

function isCalled(event: SeenEvent, before: readonly SeenEvent[]): boolean {
  if (event.type !== "tool_result") return true;
  return before.some(
    (other) => other.type === "tool_call" && other.call_id === event.call_id && other.name === event.name,
  );
}
