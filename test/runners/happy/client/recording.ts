import { readFileSync, readdirSync } from "node:fs";
import { z } from "zod";
import { isFields, type Fields } from "../../../../src/runner/fields.ts";
import { fixturesUrl } from "./vectors.ts";

/** One line of a recorded exchange. */
export interface RecordedLine {
  readonly t: number;
  readonly dir: string;
  readonly event?: string | undefined;
  readonly wire?: unknown;
  readonly plain?: unknown;
  readonly http?: string | undefined;
  readonly status?: number | undefined;
  readonly request?: unknown;
  readonly response?: unknown;
  readonly rpc?: string | undefined;
  readonly params?: unknown;
  readonly ack?: unknown;
  readonly result?: unknown;
  readonly emit?: string | undefined;
}

const lineSchema = z.looseObject({
  t: z.number(),
  dir: z.string(),
  event: z.string().optional(),
  http: z.string().optional(),
  status: z.number().optional(),
  rpc: z.string().optional(),
  emit: z.string().optional(),
});

/** `<folder>/<name>` of every recording. */
export const recordings: readonly string[] = ["real-1.2.5", "fake-dataKey", "fake-legacy-output"].flatMap((folder) =>
  readdirSync(new URL(folder, fixturesUrl))
    .filter((file) => file.endsWith(".jsonl"))
    .map((file) => `${folder}/${file.slice(0, -".jsonl".length)}`),
);

export function readRecording(name: string): readonly RecordedLine[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, fixturesUrl), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => lineSchema.parse(JSON.parse(line)));
}

/** The `body` of a recorded update. */
export function bodyOf({ wire }: RecordedLine): Fields {
  const body = isFields(wire) ? wire["body"] : undefined;
  return isFields(body) ? body : {};
}
