import { describe, expect, it } from "vitest";
import { accessFrom, accessProblem } from "../../src/config/access-rule.ts";
import type { AccessRule } from "../../src/routing/access.ts";
import { load, MINIMAL } from "./factories.ts";

function usersOf(keys: string, paired: readonly number[] = []): readonly number[] {
  return [...accessFrom(load(MINIMAL + keys).config, paired).userIds];
}

describe("accessFrom", () => {
  it("lets only the listed users in when there is a list", () => {
    expect(usersOf("allowed_user_ids = [1, 2]\nchat_id = 9\n", [3])).toEqual([1, 2]);
  });

  it("takes a private main chat for its user", () => {
    expect(usersOf("chat_id = 9\n")).toEqual([9]);
  });

  it("lets paired users in where there is no list", () => {
    expect(usersOf("chat_id = 9\n", [3])).toEqual([9, 3]);
    expect(usersOf("chat_id = -100\n", [3])).toEqual([3]);
    expect(usersOf("", [3])).toEqual([3]);
  });

  it("lets nobody in because of a group", () => {
    expect(usersOf("chat_id = -100\n")).toEqual([]);
    expect(usersOf("")).toEqual([]);
  });

  it("hears users in the main group and in the groups of projects", () => {
    const keys = `chat_id = -100\n[projects.a]\npath = "x"\nchat_id = -200\n[projects.b]\npath = "y"\nchat_id = 7\n`;
    expect([...accessFrom(load(MINIMAL + keys).config, []).chatIds]).toEqual([-100, -200]);
  });
});

describe("the lists of chats and projects", () => {
  const KEYS = `
decide_user_ids = [1, 2]
admin_user_ids = []
[projects.Api]
path = "x"
chat_id = -200
allowed_user_ids = [1]
[projects.web]
path = "y"
[chats."-200"]
decide_user_ids = []
[chats."-300"]
`;
  const rule = (): AccessRule => accessFrom(load(MINIMAL + KEYS).config, [1, 2]);

  it("are those of the file, and a project's hold in its own chat too", () => {
    expect(rule().deciderIds).toEqual(new Set([1, 2]));
    expect(rule().adminIds).toEqual(new Set());
    expect(rule().projects).toEqual(
      new Map([
        ["api", { chat: new Set([1]) }],
        ["web", {}],
      ]),
    );
    expect(rule().chats).toEqual(
      new Map([
        [-200, [{ chat: new Set([1]) }, { decide: new Set() }]],
        [-300, [{}]],
      ]),
    );
  });

  it("let the bot listen in the groups they name", () => {
    expect([...rule().chatIds]).toEqual([-200, -300]);
  });

  it("are absent where the file has none", () => {
    const { deciderIds, adminIds, chats } = accessFrom(load(MINIMAL).config, [1]);
    expect([deciderIds, adminIds, chats.size]).toEqual([undefined, undefined, 0]);
  });

  it.each([
    ['[chats."group"]\nallowed_user_ids = [1]\n', /chats\.group: "group" is not the id of a chat/],
    ['[chats."-5"]\nallowed = [1]\n', /chats\."?-5"?\.allowed: there is no such key/],
    ['[projects.a]\npath = "x"\nadmin_user_ids = "me"\n', /projects\.a\.admin_user_ids: expected a list of user ids/],
    ["admin_user_ids = [-1]\n", /transports\.telegram\.admin_user_ids: expected a list of user ids/],
  ])("are refused with a reason: %j", (keys, reason) => {
    expect(() => load(MINIMAL + keys)).toThrow(reason);
  });
});

describe("accessProblem", () => {
  it("says what to do when nobody may come in", () => {
    expect(accessProblem(accessFrom(load(MINIMAL).config, []), false)).toContain("run takopi pair");
  });

  it("accepts an open pairing or anybody", () => {
    expect(accessProblem(accessFrom(load(MINIMAL).config, []), true)).toBeUndefined();
    expect(accessProblem(accessFrom(load(MINIMAL).config, [1]), false)).toBeUndefined();
  });
});
