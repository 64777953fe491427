import { describe, expect, it } from "vitest";
import { accessFrom, accessProblem } from "../../src/config/access-rule.ts";
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

describe("accessProblem", () => {
  it("says what to do when nobody may come in", () => {
    expect(accessProblem(accessFrom(load(MINIMAL).config, []), false)).toContain("run takopi pair");
  });

  it("accepts an open pairing or anybody", () => {
    expect(accessProblem(accessFrom(load(MINIMAL).config, []), true)).toBeUndefined();
    expect(accessProblem(accessFrom(load(MINIMAL).config, [1]), false)).toBeUndefined();
  });
});
