import { z } from "zod";
import type { OutputLine } from "../wire/lines.ts";

/** The protocol this runtime speaks. */
export const runtimeVersion = "happi/1.2";

/** The id of the error for a line whose own can't be read. */
const unreadableId = "req-invalid";

/** Whom events belong to; both come back unchanged on every one of them. */
export interface RequestIdentity {
  readonly v: string;
  readonly id: string;
}

/** One request. What it has beyond this is not looked at. */
export interface Envelope extends RequestIdentity {
  /** A path with dots, such as `claude.run`. */
  readonly cmd: string;
  readonly args: readonly unknown[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What a line of the input is. `isNamed`: its id is its own. `problem`: one sentence for people. */
export type Incoming =
  | { readonly kind: "request"; readonly envelope: Envelope }
  | {
      readonly kind: "unreadable";
      readonly identity: RequestIdentity;
      readonly isNamed: boolean;
      readonly problem: string;
    };

/** Only what nothing can be done without is asked for. Absent or odd, the rest counts as not given. */
const envelopeSchema = z.object(
  {
    v: z.string().catch(runtimeVersion),
    id: z.string("has no id: a text, which comes back on every event").min(1, "has an empty id"),
    cmd: z.string("has no cmd, such as echo or claude.run").min(1, "has an empty cmd"),
    args: z.array(z.unknown()).catch([]),
    flags: z.record(z.string(), z.unknown()).catch({}),
  },
  "is not a JSON object",
);

const identitySchema = z.object({
  v: z.string().optional().catch(undefined),
  id: z.string().optional().catch(undefined),
});

/** Reads one line. A line that is no request is data, too: it is answered with an error. */
export function readEnvelope(line: OutputLine): Incoming {
  if (line.kind === "oversize") return unreadable(undefined, `The line is too long (${megabytes(line.bytes)} MB).`);
  const json = parseJson(line.text);
  if ("problem" in json) return unreadable(undefined, `The line is not valid JSON: ${json.problem}.`);
  const parsed = envelopeSchema.safeParse(json.value);
  if (parsed.success) return { kind: "request", envelope: parsed.data };
  return unreadable(json.value, `The envelope ${parsed.error.issues.map(({ message }) => message).join(" and ")}.`);
}

/** Windows' pipes begin with a byte order mark. */
function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/u, "")) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function unreadable(value: unknown, problem: string): Incoming {
  const { v = runtimeVersion, id = "" } = identitySchema.safeParse(value).data ?? {};
  const isNamed = id !== "";
  return { kind: "unreadable", identity: { v, id: isNamed ? id : unreadableId }, isNamed, problem };
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
