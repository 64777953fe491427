import { describe, expect, it } from "vitest";
import type { Project } from "../../../src/bridge/settings.ts";
import { completed, token } from "../../factories.ts";
import { CHAT } from "../bridge-under-test.ts";
import { Choosing, TOPIC } from "./choosing.ts";

const OWN = "the engine's own";
const web: Project = {
  path: "/web",
  chatId: CHAT,
  defaultEngine: "codex",
  defaults: { model: "gpt-5", effort: "high" },
};
const projects = new Map([["web", web]]);

describe("/agent", () => {
  it("shows what prompts here use, where that comes from, and a button for each engine that can run", async () => {
    const chat = await Choosing.begin();
    const shown = await chat.say("/agent");
    expect(shown).toMatchObject({ text: `engine: scripted (default)\nmodel: ${OWN}\nreasoning: ${OWN}`, replyTo: 1 });
    expect(chat.labels(shown)).toEqual(["✓ scripted", "codex", "plain", "Default"]);
  });

  it.each(["/agent set codex", "/agent codex", "/agent set CODEX"])("chooses with %s", async (text) => {
    const chat = await Choosing.begin();
    expect((await chat.say(text)).text).toBe("Prompts in this chat go to codex from now on.");
    expect((await chat.run("go", { engine: "codex" })).request.prompt).toBe("go");
  });

  it.each(["/agent set", "/agent set nonsense", "/agent set codex scripted"])(
    "asks which engine after %s",
    async (text) => {
      const chat = await Choosing.begin();
      const answer = "Which engine? Write /agent set and one of: scripted, codex, plain.";
      expect((await chat.say(text)).text).toBe(answer);
      await chat.run("go");
    },
  );

  it("does not choose an engine that can't run, and says why", async () => {
    const chat = await Choosing.begin();
    expect((await chat.say("/agent set gone")).text).toBe("gone is not installed");
    await chat.run("go");
  });

  it("takes the topic before the chat before the project before the default", async () => {
    const chat = await Choosing.begin();
    const source = async (): Promise<string | undefined> =>
      (await chat.say("/agent", { thread: TOPIC })).text.split("\n")[0];
    expect(await source()).toBe("engine: scripted (default)");
    const inProject = await Choosing.begin({ settings: { projects } });
    expect((await inProject.say("/agent", { thread: TOPIC })).text).toBe(
      "engine: codex (from the project)\nmodel: gpt-5 (from the project)\nreasoning: high (from the project)",
    );
    await inProject.run("of the project", { thread: TOPIC, engine: "codex" });
    await inProject.say("/agent set plain");
    expect((await inProject.say("/agent", { thread: TOPIC })).text).toBe(
      `engine: plain (chosen in this chat)\nmodel: ${OWN}\nreasoning: ${OWN}`,
    );
    const answer = await inProject.say("/agent set scripted", { thread: TOPIC });
    expect(answer.text).toBe("Prompts in this topic go to scripted from now on.");
    expect((await inProject.say("/agent", { thread: TOPIC })).text).toMatch(
      /^engine: scripted \(chosen in this topic\)/,
    );
    expect((await inProject.say("/agent")).text).toMatch(/^engine: plain \(chosen in this chat\)/);
    await inProject.run("of the topic", { thread: TOPIC });
    const cleared = await inProject.say("/agent clear", { thread: TOPIC });
    expect(cleared.text).toMatch(/^Cleared\. engine: plain \(chosen in this chat\)/);
    await inProject.say("/agent clear");
    await inProject.run("of the project again", { thread: TOPIC, engine: "codex" });
  });

  it("gives way to a prompt that names its engine, and to a session that has one", async () => {
    const chat = await Choosing.begin();
    await chat.say("/agent set codex");
    await chat.run("/scripted go");
    expect((await chat.run("scripted --resume s7")).request.resume).toEqual(token("s7"));
  });

  it("is also chosen by its button, which then is gone", async () => {
    const chat = await Choosing.begin();
    const shown = await chat.say("/agent");
    expect(await chat.press(shown, "codex")).toBe("codex");
    expect(chat.now(shown)).toMatchObject({ text: "engine: codex, from the next run on.", keyboard: [] });
    expect(chat.labels(await chat.say("/agent"))).toEqual(["scripted", "✓ codex", "plain", "Default"]);
    await chat.run("go", { engine: "codex" });
  });

  it("goes back to the default by its button", async () => {
    const chat = await Choosing.begin();
    await chat.say("/agent set codex");
    const shown = await chat.say("/agent");
    expect(await chat.press(shown, "Default")).toBe("Default");
    expect(chat.now(shown).text).toBe("engine: default, from the next run on.");
    await chat.run("go");
  });

  it("chooses for the topic whose button is pressed", async () => {
    const chat = await Choosing.begin();
    const shown = await chat.say("/agent", { thread: TOPIC });
    await chat.press(shown, "codex", TOPIC);
    await chat.run("go", { thread: TOPIC, engine: "codex" });
    await chat.run("go");
  });
});

describe("/model", () => {
  it("shows the model of the engine here, and buttons for those that were used before", async () => {
    const chat = await Choosing.begin();
    const text = `model of scripted: ${OWN}\nSet it with /model set NAME.`;
    expect(await chat.say("/model")).toMatchObject({ text });
    for (const model of ["opus", "sonnet"]) {
      await chat.say(`/model set ${model}`);
      const run = await chat.run("go");
      expect(run.request.options).toEqual({ model });
      run.emit(completed("", { resume: token() }));
      run.end();
    }
    const shown = await chat.say("/model");
    expect(shown.text).toBe("model of scripted: sonnet (chosen in this chat)\nSet it with /model set NAME.");
    expect(chat.labels(shown)).toEqual(["✓ sonnet", "opus", "Default"]);
    await chat.press(shown, "opus");
    expect(chat.now(shown).text).toBe("model of scripted: opus, from the next run on.");
    expect((await chat.run("go")).request.options).toEqual({ model: "opus" });
  });

  it.each([
    ["/model set codex gpt-5", "codex uses gpt-5 in this chat from its next run on. /new starts a clean session."],
    ["/model codex gpt-5", "codex uses gpt-5 in this chat from its next run on. /new starts a clean session."],
    ["/model set codex", "Which model? Write /model set codex and its name."],
    ["/model codex", "Which model? Write /model set codex and its name."],
    ["/model set", "Which model? Write /model set scripted and its name."],
    ["/model set plain x", "plain takes no model from here."],
    ["/model clear nonsense", `There is no engine "nonsense".`],
    ["/model clear codex", `Cleared. model of codex: ${OWN}\nSet it with /model set NAME.`],
  ])("answers %s", async (text, answer) => {
    const chat = await Choosing.begin();
    expect((await chat.say(text)).text).toBe(answer);
  });

  it("belongs to its engine alone", async () => {
    const chat = await Choosing.begin();
    await chat.say("/model set codex gpt-5");
    expect((await chat.run("go")).request.options).toEqual({});
    expect((await chat.run("/codex go", { engine: "codex" })).request.options).toEqual({ model: "gpt-5" });
  });

  it("is not forgotten by a word that names no engine", async () => {
    const chat = await Choosing.begin();
    await chat.say("/model set opus");
    await chat.say("/model clear cladue");
    expect((await chat.run("go")).request.options).toEqual({ model: "opus" });
  });

  it("takes the topic before the chat before the project", async () => {
    const chat = await Choosing.begin({ settings: { projects } });
    const asked = async (): Promise<unknown> =>
      (await chat.run("go", { thread: TOPIC, engine: "codex" })).request.options;
    expect(await asked()).toEqual({ model: "gpt-5", effort: "high" });
    await chat.say("/model set gpt-6");
    await chat.say("/reasoning set low");
    expect(await asked()).toEqual({ model: "gpt-6", effort: "low" });
    await chat.say("/model set gpt-7", { thread: TOPIC });
    await chat.say("/reasoning set medium", { thread: TOPIC });
    expect(await asked()).toEqual({ model: "gpt-7", effort: "medium" });
    expect((await chat.run("go", { engine: "codex" })).request.options).toEqual({ model: "gpt-6", effort: "low" });
    await chat.say("/model clear", { thread: TOPIC });
    await chat.say("/reasoning clear", { thread: TOPIC });
    expect(await asked()).toEqual({ model: "gpt-6", effort: "low" });
  });

  it("of a project is meant for the engine of the project", async () => {
    const chat = await Choosing.begin({ settings: { projects } });
    expect((await chat.run("/scripted go")).request).toMatchObject({ cwd: "/web", options: {} });
  });
});

describe("/reasoning", () => {
  it("shows the levels that the engine knows as buttons", async () => {
    const chat = await Choosing.begin();
    const shown = await chat.say("/reasoning");
    expect(shown.text).toBe(`reasoning effort of scripted: ${OWN}\nSet it with /reasoning set NAME.`);
    expect(chat.labels(shown)).toEqual(["low", "high", "Default"]);
    expect(await chat.press(shown, "high")).toBe("high");
    expect(chat.now(shown).text).toBe("reasoning effort of scripted: high, from the next run on.");
    expect((await chat.run("go")).request.options).toEqual({ effort: "high" });
  });

  it.each([
    ["/reasoning set extreme", "scripted knows these levels: low, high."],
    [
      "/reasoning set codex medium",
      "codex uses medium in this chat from its next run on. /new starts a clean session.",
    ],
    ["/reasoning codex", "Which reasoning effort? Write /reasoning set codex and its name."],
    ["/reasoning plain low", "plain takes no reasoning effort from here."],
  ])("answers %s", async (text, answer) => {
    const chat = await Choosing.begin();
    expect((await chat.say(text)).text).toBe(answer);
  });

  it("does not mind how a level is written", async () => {
    const chat = await Choosing.begin();
    await chat.say("/reasoning HIGH");
    expect((await chat.run("go")).request.options).toEqual({ effort: "high" });
  });
});

describe("a button that chooses something", () => {
  it("works after a restart, and what was chosen before still holds", async () => {
    const before = await Choosing.begin();
    await before.say("/model set opus");
    const shown = await before.say("/reasoning");
    const chat = await before.restarted();
    expect(await chat.press(shown, "high")).toBe("high");
    expect((await chat.run("go")).request.options).toEqual({ model: "opus", effort: "high" });
  });

  it("works in its own chat alone", async () => {
    const chat = await Choosing.begin();
    const shown = await chat.say("/agent");
    expect(await chat.press(shown, "codex", { chatId: 2002 })).toBe("This button no longer works.");
    expect(chat.labels(chat.now(shown))).toContain("codex");
    await chat.run("go", { thread: { chatId: 2002 } });
    await chat.run("go");
  });

  it("that nobody made does nothing", async () => {
    const chat = await Choosing.begin();
    const shown = await chat.say("/agent");
    const forged = { ...shown, keyboard: [[{ label: "x", data: "v1:o:aaaaaaaaaaaa" }]] };
    expect(await chat.press(forged, "x")).toBe("This button no longer works.");
  });
});
