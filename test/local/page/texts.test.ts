import { describe, expect, it } from "vitest";
import type { ApiEntity } from "../../../src/local/bot-api-types.ts";
import { importPageModule } from "./page-module.ts";

type TreeNode = string | { readonly entity: ApiEntity; readonly children: readonly TreeNode[] };
interface Command {
  readonly command: string;
  readonly description: string;
}
interface CommandList {
  readonly scope: string;
  readonly commands: readonly Command[];
}

const { entityTree } = await importPageModule<{
  readonly entityTree: (text: string, entities: readonly ApiEntity[]) => readonly TreeNode[];
}>("entity-tree.js");
const { splitText } = await importPageModule<{ readonly splitText: (text: string) => readonly string[] }>(
  "split-text.js",
);
const { menuCommands, matchingCommands } = await importPageModule<{
  readonly menuCommands: (
    lists: readonly CommandList[],
    place: { chat: number; viewer: number; isPrivate: boolean },
  ) => readonly Command[];
  readonly matchingCommands: (commands: readonly Command[], text: string) => readonly Command[];
}>("menu-commands.js");
const { fileSize, dayLabel } = await importPageModule<{
  readonly fileSize: (bytes: number) => string;
  readonly dayLabel: (seconds: number, now: number) => string;
}>("format.js");

// `bold[a italic[b]]c`: reads better than a tree.
function written(nodes: readonly TreeNode[]): string {
  return nodes
    .map((node) => (typeof node === "string" ? node : `${node.entity.type}[${written(node.children)}]`))
    .join("");
}

function show(text: string, ...entities: readonly (readonly [string, number, number])[]): string {
  return written(
    entityTree(
      text,
      entities.map(([type, offset, length]) => ({ type, offset, length })),
    ),
  );
}

function plain(nodes: readonly TreeNode[]): string {
  return nodes.map((node) => (typeof node === "string" ? node : plain(node.children))).join("");
}

describe("entityTree", () => {
  it("nests what lies inside and cuts what crosses", () => {
    expect(show("abcdef", ["bold", 0, 6], ["italic", 2, 2])).toBe("bold[abitalic[cd]ef]");
    expect(show("abcdef", ["bold", 0, 4], ["italic", 2, 4])).toBe("bold[abitalic[cd]]italic[ef]");
    expect(show("abcd", ["bold", 0, 4], ["blockquote", 0, 4])).toBe("blockquote[bold[abcd]]");
  });

  it("leaves out what covers nothing and shortens what goes past the end", () => {
    expect(show("abc", ["bold", 5, 2], ["italic", 1, 0], ["code", 2, 9])).toBe("abcode[c]");
  });

  it("never cuts a character of two units", () => {
    expect(show("a😀b", ["bold", 2, 1])).toBe("abold[😀]b");
  });

  it("keeps every character, whatever the entities", () => {
    const text = "x😀yz".repeat(6);
    for (let seed = 1; seed < 300; seed += 1) {
      const numberAt = (index: number): number => (seed * 7919 + index * 104_729) % 31;
      const entities = [0, 1, 2, 3, 4].map((index) => ({
        type: ["bold", "italic", "pre", "spoiler", "blockquote"][index] ?? "bold",
        offset: numberAt(index) - 2,
        length: numberAt(index + 5),
      }));
      expect(plain(entityTree(text, entities))).toBe(text);
    }
  });
});

describe("splitText", () => {
  it("cuts at lines, else at spaces, else between characters", () => {
    expect(splitText(`${"a".repeat(4000)}\n${"b".repeat(4000)}`).map((part) => part.length)).toEqual([4000, 4000]);
    expect(splitText(`${"a".repeat(4000)} ${"b".repeat(4000)}`).map((part) => part.length)).toEqual([4000, 4000]);
    expect(splitText(`x${"😀".repeat(3000)}`).map((part) => part.length)).toEqual([4095, 1906]);
    expect(splitText("  ")).toEqual([]);
  });
});

describe("the command menu", () => {
  const start = { command: "start", description: "" };
  const stop = { command: "stop", description: "" };
  const lists = [
    { scope: "default", commands: [start] },
    { scope: "chat:5", commands: [stop] },
  ];

  it("takes the list nearest to the chat", () => {
    expect(menuCommands(lists, { chat: 5, viewer: 5, isPrivate: true })).toEqual([stop]);
    expect(menuCommands(lists, { chat: 6, viewer: 6, isPrivate: true })).toEqual([start]);
  });

  it("offers what a command may become, and nothing once it has an argument", () => {
    expect(matchingCommands([start, stop], "/st")).toEqual([start, stop]);
    expect(matchingCommands([start, stop], "/STO")).toEqual([stop]);
    expect(matchingCommands([start, stop], "/stop now")).toEqual([]);
    expect(matchingCommands([start, stop], "st")).toEqual([]);
  });
});

describe("format", () => {
  it("says sizes and days as people do", () => {
    expect([0, 1, 1023, 1024, 1_500_000, 50_000_000].map(fileSize)).toEqual([
      "0 bytes",
      "1 byte",
      "1023 bytes",
      "1.0 KB",
      "1.4 MB",
      "48 MB",
    ]);
    const noon = new Date(2026, 2, 30, 12).getTime();
    expect(dayLabel(noon / 1000, noon)).toBe("Today");
    expect(dayLabel(new Date(2026, 2, 29, 23, 59).getTime() / 1000, noon)).toBe("Yesterday");
  });
});
