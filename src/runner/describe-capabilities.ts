import type { Capabilities } from "./runner.ts";

/** One thing engines can or can't do, as people call it. */
export interface CapabilityName {
  readonly key: keyof Capabilities;
  readonly name: string;
  /** What a user has of it in the chat. */
  readonly meaning: string;
}

/** In the order in which they are shown. */
export const capabilityNames: readonly CapabilityName[] = [
  { key: "approvals", name: "approvals", meaning: "asks before it acts; you approve or deny" },
  { key: "questions", name: "questions", meaning: "asks you to choose or to write an answer" },
  { key: "plans", name: "plans", meaning: "/plan: works out a plan and waits for your word" },
  { key: "steer", name: "steering", meaning: "takes a message into the run that is working" },
  { key: "interrupt", name: "interrupt", meaning: "ends a run in its own way, its session stays usable" },
  { key: "images", name: "images", meaning: "looks at pictures" },
  { key: "model", name: "model", meaning: "/model chooses the model" },
  { key: "effort", name: "effort", meaning: "/reasoning chooses how hard it thinks" },
  { key: "sessions", name: "sessions", meaning: "/sessions lists what it keeps, also from a terminal" },
  { key: "fork", name: "fork", meaning: "can branch off a session" },
  {
    key: "survives",
    name: "survives restarts",
    meaning: "its runs go on while Takopi is restarted, and are taken up again",
  },
];

/** What an engine can do, in words: `approvals, model, effort (low, high)`. `nothing of its own` when that is all false. */
export function describeCapabilities(capabilities: Capabilities): string {
  const known = capabilityNames.flatMap(({ key, name }) => {
    const value = capabilities[key];
    if (typeof value === "boolean") return value ? [name] : [];
    return value.length === 0 ? [] : [`${name} (${value.join(", ")})`];
  });
  return known.length === 0 ? "nothing of its own" : known.join(", ");
}
