import { describe, expect, it } from "vitest";
import { commandsMenu } from "../../src/telegram/commands-menu.ts";

const names = (menu: ReturnType<typeof commandsMenu>) => menu.map(({ command }) => command);

describe("the command menu", () => {
  it("lists commands in the order given, and cancel", () => {
    const menu = commandsMenu([
      { name: "claude", description: "use engine: claude" },
      { name: "new", description: "start a new session" },
    ]);
    expect(menu).toEqual([
      { command: "claude", description: "use engine: claude" },
      { command: "new", description: "start a new session" },
      { command: "cancel", description: "cancel the run" },
    ]);
  });

  it("leaves out names Telegram does not take, and repeated ones", () => {
    const given = ["ok_1", "Upper", "has-dash", "", "x".repeat(33), "ok_1", "grün", "cancel"];
    expect(names(commandsMenu(given.map((name) => ({ name, description: name }))))).toEqual(["ok_1", "cancel"]);
  });

  it("has at most a hundred commands and keeps cancel among them", () => {
    const many = Array.from({ length: 150 }, (_, index) => ({ name: `c${index}`, description: "d" }));
    const menu = commandsMenu([...many, { name: "cancel", description: "stop" }]);
    expect(menu).toHaveLength(100);
    expect(menu.slice(98)).toEqual([
      { command: "c98", description: "d" },
      { command: "cancel", description: "stop" },
    ]);
    expect(names(commandsMenu([{ name: "cancel", description: "stop" }, ...many])).indexOf("cancel")).toBe(0);
  });

  it("fits descriptions into 1 to 256 characters without cutting an emoji in two", () => {
    const long = `${"x".repeat(254)}🐙 and more`;
    const [empty, cut] = commandsMenu([
      { name: "a", description: "  " },
      { name: "b", description: long },
    ]);
    expect(empty?.description).toBe("a");
    expect(cut?.description).toBe(`${"x".repeat(254)}…`);
  });
});
