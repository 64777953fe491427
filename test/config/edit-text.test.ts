import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { setInText, unsetInText } from "../../src/config/edit-text.ts";
import { valueAt } from "../../src/config/key-path.ts";

const TEXT = `# top
default_engine = "claude" # the good one

[transports.telegram] # the bot
bot_token = "1:#not a comment"
allowed_user_ids = [
  1, # me
  2,
]

# my code
[projects.z80]
path = "~/z80"
'a key' = 1
`;

interface Edit {
  readonly name: string;
  readonly path: readonly string[];
  readonly value: unknown;
  readonly text?: string;
  readonly line: string;
}

const EDITS: readonly Edit[] = [
  {
    name: "a value and keeps its comment",
    path: ["default_engine"],
    value: "codex",
    line: `default_engine = "codex" # the good one`,
  },
  {
    name: "a value with a # in it",
    path: ["transports", "telegram", "bot_token"],
    value: "2:#x",
    line: `bot_token = "2:#x"`,
  },
  {
    name: "a list over many lines",
    path: ["transports", "telegram", "allowed_user_ids"],
    value: [3],
    line: `allowed_user_ids = [3]`,
  },
  { name: "a quoted key", path: ["projects", "z80", "a key"], value: true, line: `'a key' = true` },
  {
    name: "a new key in its table",
    path: ["transports", "telegram", "chat_id"],
    value: 7,
    line: `]\nchat_id = 7\n\n# my code`,
  },
  {
    name: "a new key at the top",
    path: ["watch_config"],
    value: true,
    line: `the good one\nwatch_config = true\n\n[transports`,
  },
  {
    name: "a key of a new table",
    path: ["limits", "max_age_s"],
    value: 60,
    line: `'a key' = 1\n\n[limits]\nmax_age_s = 60\n`,
  },
  {
    name: "a key of an inline table",
    path: ["claude", "env", "A"],
    value: "b",
    text: `claude = { env = { X = "y" } } # c\n`,
    line: `claude = { env = { X = "y", A = "b" } } # c`,
  },
  {
    name: "a dotted key",
    path: ["claude", "model"],
    value: "x",
    text: `claude.model = "y"\n`,
    line: `claude.model = "x"`,
  },
  { name: "the first key of an empty file", path: ["a"], value: 1, text: "", line: "a = 1\n" },
  {
    name: "a top key before the first table",
    path: ["a"],
    value: 1,
    text: "# hello\n[b]\nc = 1\n",
    line: "a = 1\n\n# hello\n[b]",
  },
  {
    name: "a table as a value",
    path: ["x", "y"],
    value: { "a b": [1, "c"] },
    text: "",
    line: `y = { "a b" = [1, "c"] }`,
  },
];

describe("setInText", () => {
  it.each(EDITS)("sets $name", ({ path, value, text = TEXT, line }) => {
    const edited = setInText(text, path, value);
    expect(edited).toContain(line);
    expect(valueAt(parse(edited), path)).toEqual(value);
  });

  it("keeps every other line", () => {
    const edited = setInText(TEXT, ["transports", "telegram", "chat_id"], 7);
    expect(edited.split("\n").filter((line) => line !== "chat_id = 7")).toEqual(TEXT.split("\n"));
  });

  it("keeps the value where the text can't be edited in small", () => {
    const edited = setInText(`a.b = 1\n`, ["a", "c"], 2);
    expect(parse(edited)).toEqual({ a: { b: 1, c: 2 } });
  });

  it("is not fooled by what looks like a key inside a text", () => {
    const text = `a = """\nb = 1\n[c]\n"""\nd = 2\n`;
    expect(parse(setInText(text, ["b"], 3))).toEqual({ a: "b = 1\n[c]\n", b: 3, d: 2 });
  });

  it("keeps the ends of lines of a file from Windows readable", () => {
    expect(parse(setInText(`a = 1\r\n[b]\r\nc = 2\r\n`, ["b", "d"], 3))).toEqual({ a: 1, b: { c: 2, d: 3 } });
  });
});

describe("unsetInText", () => {
  it("removes a value and leaves the rest", () => {
    expect(unsetInText(TEXT, ["default_engine"])).toBe(TEXT.replace(/default_engine.*\n/, ""));
  });

  it("removes a table that becomes empty", () => {
    expect(unsetInText("a = 1\n[b]\nc = 2\n", ["b", "c"])).toBe("a = 1\n");
  });

  it("removes a whole table with those below it", () => {
    expect(unsetInText("[b]\nc = 2\n[b.d]\ne = 3\n[f]\ng = 4\n", ["b"])).toBe("[f]\ng = 4\n");
  });

  it("removes a key from an inline table", () => {
    expect(unsetInText("a = { b = 1, c = 2 } # x\n", ["a", "b"])).toBe("a = { c = 2 } # x\n");
    expect(unsetInText("z = 1\na = { b = 1 }\n", ["a", "b"])).toBe("z = 1\n");
  });

  it("changes nothing when the key is not there", () => {
    expect(unsetInText(TEXT, ["nothing", "here"])).toBe(TEXT);
  });
});
