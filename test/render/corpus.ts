import { readFileSync } from "node:fs";
import { z } from "zod";

type Pair = readonly [string, string];

/** A Markdown document and what must be true of its messages. */
export interface CorpusCase {
  readonly id: string;
  readonly markdown: string;
  /** The words that a reader of the document sees, by another Markdown parser. */
  readonly words: readonly string[];
  /** Text that some message contains, and text that none does. */
  readonly contains: readonly string[];
  readonly lacks: readonly string[];
  /** [entity type, text it covers] */
  readonly ents: readonly Pair[];
  readonly noents: readonly Pair[];
  /** [language, piece of the code] */
  readonly pre: readonly Pair[];
  /** [label, URL] */
  readonly links: readonly Pair[];
  /** Parts of URLs that no link has. */
  readonly nolinks: readonly string[];
  /** The least number of messages. */
  readonly chunks: number;
  readonly empty: boolean;
  readonly maybeEmpty: boolean;
}

const FOLDER = new URL("../../fixtures/markdown/", import.meta.url);
const pairs = z.array(z.tuple([z.string(), z.string()])).default([]);
const strings = z.array(z.string()).default([]);

const schema = z.strictObject({
  id: z.string(),
  contains: strings,
  lacks: strings,
  ents: pairs,
  noents: pairs,
  pre: pairs,
  links: pairs,
  nolinks: strings,
  chunks: z.number().default(1),
  empty: z.boolean().default(false),
  maybeEmpty: z.boolean().default(false),
});

export const CORPUS: readonly CorpusCase[] = z
  .array(schema)
  .parse(JSON.parse(read("cases.json")))
  .map((expected) => ({
    ...expected,
    markdown: read(`${expected.id}.md`),
    words: read(`${expected.id}.txt`).match(/[\p{L}\p{N}_]+/gu) ?? [],
  }));

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), "utf8");
}
