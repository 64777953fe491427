import { FAIL_POINTS } from "../src/app/faults/fail-points.ts";

/** The fail points as a Markdown table, in the order in which a message passes them. */
export function formatFailPoints(): string {
  const rows = FAIL_POINTS.map(({ name, arrow, durable }) => `| \`${name}\` | ${arrow} | ${durable} |`);
  return ["| Fail point | Arrow | What is durable then |", "| --- | --- | --- |", ...rows].join("\n");
}
