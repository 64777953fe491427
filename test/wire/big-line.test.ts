import { expect, test } from "vitest";
import type { OutputLine } from "../../src/wire/lines.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { withProgram } from "./programs.ts";

const megabyte = 1 << 20;

async function readAll(
  child: Subprocess,
): Promise<{ readonly lines: readonly OutputLine[]; readonly peakRss: number }> {
  let peakRss = process.memoryUsage.rss();
  const timer = setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), 2);
  const lines: OutputLine[] = [];
  for await (const line of child.lines) lines.push(line);
  clearInterval(timer);
  return { lines, peakRss };
}

test("a line of 200 MB arrives as one valid event and is never in memory as a whole", async () => {
  // What a first process and a first long line cost, as code is loaded and compiled, is not the line's.
  await withProgram("big-line.mjs", ["8"], async (child) => void (await readAll(child)));
  const before = process.memoryUsage.rss();
  await withProgram("big-line.mjs", ["200"], async (child) => {
    const { lines, peakRss } = await readAll(child);
    const [first, second] = lines.map((line) => (line.kind === "line" ? JSON.parse(line.text) : line));
    expect(first).toMatchObject({ type: "tool", id: 7 });
    expect(first.text).toMatch(/^spam "and" eggs é ü\n[^]*…\[\d+ MB cut\]…[^]* eggs é ü\n$/);
    expect(second).toEqual({ type: "done" });
    // Some 25 MB, nearly all of it read buffers the garbage collector gets to at its own time; the rest is margin for a busy machine.
    expect((peakRss - before) / megabyte).toBeLessThan(48);
  });
});
