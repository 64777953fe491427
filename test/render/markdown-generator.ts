/** A document and the words of it that a reader must still see. */
export interface GeneratedMarkdown {
  readonly markdown: string;
  readonly words: readonly string[];
}

/** Repeatable random Markdown: nested lists and quotes, emphasis, emoji, right-to-left text, broken fences and tags, links of all kinds. */
export function generateMarkdown(seed: number): GeneratedMarkdown {
  return new Generator(seed).document();
}

const SCRIPTS = ["word", "naïve", "日本語", "שלום", "مرحبا", "Привет", "x_y_", "👩‍💻", "🎉", "é\u0301"];
const NOISE = [
  "*",
  "**",
  "_",
  "`",
  "~~",
  "~",
  "[",
  "]",
  "](",
  "![",
  "<",
  ">",
  "<b>",
  "</i>",
  "\\",
  "&",
  "&amp;",
  "$",
  "#",
  "\u202e",
  "\u0000",
];
const URLS = [
  "https://example.com/a_b?c=d&e=*f*",
  `https://example.com/${"long/".repeat(80)}`,
  "http://localhost:3000/x",
  "http://127.0.0.1:8080/",
  "https://a.b:99999/",
  "src/x.ts:12",
  "./README.md",
  "file:///etc/hosts",
  "javascript:alert(1)",
  "mailto:me@example.com",
  "tg://resolve?domain=x",
  "<https://exa mple.com>",
];
const LANGUAGES = ["", "ts", "c++", "js title=x.js", "sh-session"];

class Generator {
  #state: number;
  #count = 0;
  readonly #words: string[] = [];

  constructor(seed: number) {
    this.#state = seed;
  }

  document(): GeneratedMarkdown {
    const blocks = this.#blocks(2);
    const markdown = this.#below(12) === 0 ? `${blocks}\n\n\`\`\`\n${this.#word()}` : blocks;
    // What follows a fence on its line names a language, wherever the marks meet by chance.
    const fences = markdown
      .replaceAll("\u202e", "")
      .split("\n")
      .filter((line) => /~~~|```/.test(line));
    return { markdown, words: this.#words.filter((word) => !fences.some((fence) => fence.includes(word))) };
  }

  #blocks(depth: number): string {
    return this.#many(1 + this.#below(3), () => this.#block(depth)).join(this.#pick(["\n\n", "\n\n", "\n"]));
  }

  #block(depth: number): string {
    const leaf = [
      () => this.#inline(3),
      () => this.#inline(3),
      () => `${"#".repeat(1 + this.#below(4))} ${this.#inline(1)}`,
      () => `\`\`\`${this.#pick(LANGUAGES)}\n  ${this.#word()} \`x\` **\n\n${this.#word()}\n\`\`\``,
      () => this.#table(),
      () => `<details>\n<summary>${this.#word()}</summary>\n\n${this.#inline(1)}\n\n</details>`,
      () => "---",
    ];
    const nested = [
      () => prefixed(this.#blocks(depth - 1), "> ", "> "),
      () => this.#many(1 + this.#below(3), () => prefixed(this.#blocks(depth - 1), "- ", "  ")).join("\n"),
      () => this.#many(2, (index) => prefixed(this.#blocks(depth - 1), `${index + 7}. `, "   ")).join("\n"),
      () => prefixed(this.#inline(1), this.#pick(["- [x] ", "- [ ] "]), "  "),
    ];
    return this.#pick(depth > 0 ? [...leaf, ...nested] : leaf)();
  }

  #table(): string {
    const row = () => `| ${this.#word()} | ${this.#cell(this.#pick(["**", "`", ""]))} |`;
    return [row(), "|---|:-:|", row(), row()].join("\n");
  }

  #cell(mark: string): string {
    return mark + this.#word() + mark;
  }

  #inline(depth: number): string {
    return this.#many(1 + this.#below(5), () => this.#span(depth)).join(this.#pick([" ", " ", "", "\n"]));
  }

  #span(depth: number): string {
    const spans = [
      () => this.#word(),
      () => this.#word(),
      () => `\`${this.#word()}\``,
      () => this.#pick(NOISE),
      () => this.#pick(URLS.slice(0, 5)),
    ];
    const mark = this.#pick(["*", "**", "***", "_", "~~"]);
    const nested = [
      () => `${mark}${this.#inline(depth - 1)}${mark}`,
      () => `[${this.#inline(depth - 1)}](${this.#pick(URLS)})`,
      () => `<b>${this.#inline(depth - 1)}</b>`,
    ];
    return this.#pick(depth > 0 ? [...spans, ...nested] : spans)();
  }

  #word(): string {
    this.#count += 1;
    const word = `${this.#pick(SCRIPTS)}${this.#count}q`;
    this.#words.push(word.normalize("NFC"));
    return word.normalize("NFC");
  }

  #many<T>(count: number, make: (index: number) => T): readonly T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }

  #pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    const choice = choices[this.#below(choices.length)];
    if (choice === undefined) throw new RangeError("nothing to pick from");
    return choice;
  }

  /** mulberry32 */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
}

function prefixed(text: string, first: string, rest: string): string {
  return first + text.replaceAll("\n", `\n${rest}`);
}
