import { readFileSync } from "node:fs";
import { z } from "zod";

const FOLDER = new URL("../../fixtures/markdown/", import.meta.url);
const pair = z.tuple([z.string(), z.string()]);
const strings = z.array(z.string()).default([]);

const caseSchema = z.strictObject({
  id: z.string(),
  /** Text that some message contains, and text that none does. */
  contains: strings,
  lacks: strings,
  /** [entity type, text it covers] */
  ents: z.array(pair).default([]),
  noents: z.array(pair).default([]),
  /** [language, start of the code] */
  pre: z.array(pair).default([]),
  /** [label, URL] */
  links: z.array(pair).default([]),
  /** Parts of URLs that no link has. */
  nolinks: strings,
  /** The least number of messages. */
  chunks: z.number().default(1),
  empty: z.boolean().default(false),
  maybeEmpty: z.boolean().default(false),
});

export type CorpusCase = z.infer<typeof caseSchema> & {
  readonly markdown: string;
  /** The words that a reader of the document sees, by another Markdown parser. */
  readonly words: readonly string[];
};

export const CORPUS: readonly CorpusCase[] = z
  .array(caseSchema)
  .parse(JSON.parse(readFileSync(new URL("cases.json", FOLDER), "utf8")))
  .map((expected) => ({
    ...expected,
    markdown: read(`${expected.id}.md`),
    words: read(`${expected.id}.txt`).split(/\s+/),
  }));

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), "utf8");
}
