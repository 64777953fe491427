import { describe, expect, it } from "vitest";
import { readFirstArgument } from "../../src/happi/first-argument.ts";
import { promptOf } from "../../src/happi/prompt.ts";

const user = (content: unknown): unknown => ({ role: "user", content });
const assistant = (content: unknown): unknown => ({ role: "assistant", content });

function promptFor(argument: unknown, isContinued = false): string {
  const asked = readFirstArgument(argument);
  return typeof asked === "string" ? `problem: ${asked}` : promptOf(asked, isContinued);
}

describe("the first argument", () => {
  it.each(["hello", "-x", "42", "two\nlines", "  padded "])("is the prompt as it is: %j", (prompt) => {
    expect(promptFor(prompt)).toBe(prompt);
  });

  it("may be an object with the prompt, or with one message", () => {
    expect(promptFor({ prompt: "hello" })).toBe("hello");
    expect(promptFor({ messages: [user("hello")] })).toBe("hello");
    expect(readFirstArgument({ model: "m-1", messages: [user("hello")] })).toHaveProperty("model", "m-1");
  });

  it("may hold its texts in parts", () => {
    const parts = [
      { type: "text", text: "one, " },
      { type: "text", text: "two" },
    ];
    expect(promptFor({ messages: [user(parts)] })).toBe("one, two");
  });

  it.each([undefined, null, 7, [], {}, { messages: "x" }, { prompt: 1 }])(
    "is refused without a prompt: %j",
    (argument) => {
      expect(promptFor(argument)).toBe("problem: args[0] must be the prompt: a text, or an object with messages");
    },
  );

  it.each(["", " \n", { messages: [user("")] }, { prompt: "" }])("is refused with an empty prompt: %j", (argument) => {
    expect(promptFor(argument)).toBe("problem: the prompt is empty");
  });

  it("is refused when the engine has the last word, or nobody spoke", () => {
    const problem = "problem: the last of the messages must be the user's";
    expect(promptFor({ messages: [user("a"), assistant("b")] })).toBe(problem);
    expect(promptFor({ messages: [] })).toBe(problem);
  });

  it("is refused with a picture, which would be lost without a word", () => {
    const parts = [
      { type: "text", text: "what is this?" },
      { type: "image", source: {} },
    ];
    expect(promptFor({ messages: [user(parts)] })).toMatch(/^problem: a message holds something other than text/);
  });
});

describe("what was said before", () => {
  const messages = [
    { role: "system", content: "Be short." },
    user("first"),
    user("and more"),
    assistant([
      { type: "thinking", thinking: "hm" },
      { type: "text", text: "answer" },
      { type: "tool_use", id: "t" },
    ]),
    { role: "tool", content: "output" },
    user("second"),
  ];

  it("is written before the prompt of a new session", () => {
    expect(promptFor({ messages, system: "Be kind." })).toBe(
      [
        "Be kind.",
        "Be short.",
        "What was said before:",
        "User:\nfirst\n\nand more",
        "Assistant:\nanswer",
        "Now answer this:",
        "second",
      ].join("\n\n"),
    );
  });

  it("is left out where the session goes on, and is there for engines that ask", () => {
    expect(promptFor({ messages }, true)).toBe("Be short.\n\nsecond");
    const earlier = [{ prompt: "first\n\nand more", answer: "answer" }];
    expect(readFirstArgument({ messages })).toMatchObject({ prompt: "second", earlier });
  });

  it("may begin with the engine's words", () => {
    expect(promptFor({ messages: [assistant("Welcome."), user("hi")] })).toBe(
      "What was said before:\n\nAssistant:\nWelcome.\n\nNow answer this:\n\nhi",
    );
  });
});
