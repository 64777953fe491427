import { expect, test } from "vitest";
import type { MessageText } from "../../src/domain/message-text.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { splitText } from "../../src/render/split.ts";
import { findEntityProblems } from "../../src/render/validate.ts";
import { CORPUS } from "./corpus.ts";
import { generateMarkdown } from "./markdown-generator.ts";

const DOCUMENTS = 10_000;
/** Seconds on an idle machine; the limit is for a busy one. */
const SLOW = { timeout: 90_000 };

test(
  "10,000 generated documents become messages that Telegram takes as they are, with every word in them",
  SLOW,
  () => {
    for (let seed = 1; seed <= DOCUMENTS; seed += 1) {
      const { markdown, words } = generateMarkdown(seed);
      const parts = splitText(renderMarkdown(markdown));
      expectNoProblems(parts, `seed ${seed}`);
      const shown = withoutSpace(parts);
      const lost = words.filter((word) => !shown.includes(word));
      if (lost.length > 0) expect.fail(`seed ${seed} lost ${lost.join(" ")} of ${JSON.stringify(markdown)}`);
    }
  },
);

test("splitting into small parts keeps each limit, the reserve of the last part, and all of the text", () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const content = renderMarkdown(generateMarkdown(seed).markdown);
    const parts = splitText(content, { maxChars: 48, maxEntities: 4, reserveChars: 20, reserveEntities: 1 });
    expectNoProblems(parts, `seed ${seed}`);
    const tooLong = parts.filter(({ text, entities }) => text.length > 48 || entities.length > 4);
    expect(tooLong, `seed ${seed}`).toEqual([]);
    expect(parts.at(-1)?.text.length ?? 0, `seed ${seed}`).toBeLessThanOrEqual(28);
    expect(parts.at(-1)?.entities.length ?? 0, `seed ${seed}`).toBeLessThanOrEqual(3);
    expect(withoutSpace(parts), `seed ${seed}`).toBe(withoutSpace([content]));
  }
});

test("every prefix of an answer that is still being written renders", () => {
  const answers = [
    ...CORPUS.map(({ markdown }) => markdown),
    generateMarkdown(4).markdown,
    generateMarkdown(8).markdown,
  ];
  for (const markdown of answers.filter(({ length }) => length < 600)) {
    for (let length = 0; length <= markdown.length; length += 1) {
      const prefix = markdown.slice(0, length);
      expectNoProblems(splitText(renderMarkdown(prefix)), JSON.stringify(prefix));
    }
  }
});

function expectNoProblems(parts: readonly MessageText[], of: string): void {
  const problems = parts.flatMap((part) => findEntityProblems(part));
  if (problems.length > 0) expect.fail(`${of}: ${problems.join("; ")}`);
}

function withoutSpace(parts: readonly MessageText[]): string {
  return parts.map(({ text }) => text.replace(/\s/g, "")).join("");
}
