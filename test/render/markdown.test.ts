import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../src/render/markdown.ts";

/** The text with its entities written around it: `<bold>words</bold>`. */
function render(markdown: string): string {
  const { text, entities } = renderMarkdown(markdown);
  const tags = entities.flatMap(({ type, offset, length, url, language }, index) => [
    { at: offset, order: index, tag: `<${type}${url || language ? `=${url ?? language}` : ""}>` },
    { at: offset + length, order: -1 - index, tag: `</${type}>` },
  ]);
  tags.sort((a, b) => a.at - b.at || a.order - b.order);
  let shown = "";
  let done = 0;
  for (const { at, tag } of tags) {
    shown += text.slice(done, at) + tag;
    done = at;
  }
  return shown + text.slice(done);
}

describe("styles", () => {
  test.each([
    ["emphasis nests", "***a** b*", "<italic><bold>a</bold> b</italic>"],
    ["code cuts the bold around it", "**a `b` c**", "<bold>a</bold> <code>b</code> <bold>c</bold>"],
    ["headings are bold", "## Fix `x` *now*", "<bold>Fix</bold> <code>x</code> <italic><bold>now</bold></italic>"],
    ["a style covers no white space at its edges", "<b> a </b>b", "<bold>a</bold> b"],
    [
      "two tildes strike out and one means about",
      "~~a~~ ~5s (~3s warm)",
      "<strikethrough>a</strikethrough> ~5s (~3s warm)",
    ],
    ["offsets count UTF-16 units", "👩‍💻 **🎉**", "👩‍💻 <bold>🎉</bold>"],
  ])("%s", (_, markdown, expected) => {
    expect(render(markdown)).toBe(expected);
  });
});

describe("links", () => {
  test.each([
    ["a web link keeps its label", "[a](https://a.b/c)", "<text_link=https://a.b/c>a</text_link>"],
    [
      "code marks in a link are dropped, or the link would be",
      "[`a` b](https://a.b)",
      "<text_link=https://a.b>a b</text_link>",
    ],
    ["a link that is its own label is left to Telegram", "<https://a.b/c> https://d.e", "https://a.b/c https://d.e"],
    ["a path label is code, with the line it lacks", "[src/x.ts](/w/src/x.ts:12)", "<code>src/x.ts:12</code>"],
    ["a path goes behind a label that does not say it", "[guide](./docs/g.md)", "guide (<code>docs/g.md</code>)"],
    ["a host without a dot is no link", "[app](http://localhost:3000)", "app (<code>http://localhost:3000</code>)"],
    ["a bad port is no link", "[a](https://a.b:99999/)", "a (<code>https://a.b:99999/</code>)"],
    ["program text and inlined data leave the label", "[a](javascript:x) ![b](data:image/png;base64,AA)", "a b"],
    ["tg links stay", "[me](tg://resolve?domain=x)", "<text_link=tg://resolve?domain=x>me</text_link>"],
    ["an image is a link to it", "![logo](https://a.b/l.png)", "<text_link=https://a.b/l.png>logo</text_link>"],
    ["a footnote stays as written", "a[^1]\n\n[^1]: b", "a[^1]\n\n[^1]: b"],
  ])("%s", (_, markdown, expected) => {
    expect(render(markdown)).toBe(expected);
  });
});

describe("blocks", () => {
  test.each([
    ["lists nest by two spaces", "- a\n  1. b\n  2. c\n- [x] d\n- [ ] e", "• a\n  1. b\n  2. c\n☑ d\n☐ e"],
    ["code in a list stays at the margin", "1. a\n   ```sh\n   b\n   ```\n2. c", "1. a\n<pre=sh>b</pre>\n2. c"],
    ["a code block keeps its indentation", "```\n  a\n\n b\n```", "<pre>  a\n\n b</pre>"],
    ["a fence that is still open is code to the end", "```ts\nlet a", "<pre=ts>let a</pre>"],
    ["a quote holds its inner quotes as marks", "> a\n> > b\n\nc", "<blockquote>a\n\n❯ b</blockquote>\n\nc"],
    ["a rule is three dashes", "a\n\n---\n\nb", "a\n\n———\n\nb"],
    ["line ends stay line ends", "a\n   b  \nc", "a\nb\nc"],
  ])("%s", (_, markdown, expected) => {
    expect(render(markdown)).toBe(expected);
  });
});

describe("tables", () => {
  test("a narrow table is aligned in a code block, wide characters counting two", () => {
    const markdown = "| 名 | n |\n|---|--:|\n| a | 1 |\n| ✅ | 22 |";
    expect(render(markdown)).toBe("<pre>名   n\n──  ──\na    1\n✅  22</pre>");
  });

  test("a table wider than a phone is one record for each row", () => {
    const long = "a remark that no phone shows in one line of code";
    expect(render(`| File | Why |\n|---|---|\n| \`x.ts\` | ${long} |\n| b | **c** |`)).toBe(
      `File: <code>x.ts</code>\n• Why: ${long}\n\nFile: <bold>b</bold>\n• Why: <bold>c</bold>`,
    );
  });

  test("a table with links is records too, since code has no links", () => {
    expect(render("| a |\n|---|\n| [b](https://c.d) |")).toBe("a: <text_link=https://c.d><bold>b</bold></text_link>");
  });

  test("a row with too many cells shows the table as it was written", () => {
    expect(render("| a | b |\n|---|---|\n| c | `d | e` |")).toBe("<pre>| a | b |\n|---|---|\n| c | `d | e` |</pre>");
  });
});

describe("HTML", () => {
  test.each([
    [
      "formatting tags are styles",
      "<b>a</b> <u>b</u> <kbd>c</kbd>",
      "<bold>a</bold> <underline>b</underline> <code>c</code>",
    ],
    ["breaks and comments", "a<br>b<!-- c -->d", "a\nbd"],
    ["what is no tag stays", "Map<string, Array<T>> a < b && c", "Map<string, Array<T>> a < b && c"],
    [
      "a word that JavaScript objects know stays",
      "<constructor>a</constructor> &valueOf;",
      "<constructor>a</constructor> &valueOf;",
    ],
    ["a tag named in a sentence stays", "put it in a <div> or a <b>", "put it in a <div> or a <b>"],
    ["layout tags go", '<div align="center">a &amp; <i>b</i></div>', "a & <italic>b</italic>"],
    [
      "details show their summary in bold",
      "<details><summary>S</summary>\n\nbody\n\n</details>",
      "<bold>S</bold>\n\nbody",
    ],
    ["a power stays a power", "10<sup>6</sup>", "10^6"],
    ["character references are resolved, not in code", "&lt;a&#39;&mdash; `&lt;`", "<a'— <code>&lt;</code>"],
  ])("%s", (_, markdown, expected) => {
    expect(render(markdown)).toBe(expected);
  });
});

describe("cleaning", () => {
  test.each([
    ["line ends and tabs", "a\r\nb\u2028c\n\n```\n\td\n```", "a\nb\nc\n\n<pre>    d</pre>"],
    ["control characters and colours", "a\u0000b \u001b[31mred\u001b[0m", "a b red"],
    ["bidi overrides, also from references", "a\u202eb&#x202e;c", "abc"],
    ["halves of surrogate pairs", "a\ud83d b", "a\ufffd b"],
  ])("%s", (_, markdown, expected) => {
    expect(render(markdown)).toBe(expected);
  });
});

describe("hostile documents", () => {
  test.each([
    ["3,000 nested quotes", `${">".repeat(3_000)} word`],
    ["5,000 nested lists", `${"- ".repeat(5_000)}word`],
    ["300 kB", "**word** ".repeat(35_000)],
    ["a paragraph of 45,000 marks", "~~a~ word ".repeat(9_000)],
    ["1,500 nested emphases", `${"**a *b ".repeat(1_500)}word`],
    ["700 nested images", `${"![".repeat(700)}word${"](b.c)".repeat(700)}`],
  ])("%s come back with their words", (_, markdown) => {
    expect(renderMarkdown(markdown).text).toContain("word");
  });

  test("a document too large to parse is plain text", () => {
    expect(renderMarkdown("**a** ".repeat(40_000)).entities).toEqual([]);
  });
});
