import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AccessRule, type Place, type RightLists, type Rights, rightsOf } from "../../src/routing/access.ts";

const ALL: Rights = { chat: true, decide: true, admin: true };
const NONE: Rights = { chat: false, decide: false, admin: false };

const OPEN: AccessRule = {
  userIds: new Set([1, 2, 3]),
  chatIds: new Set([-5, -6]),
  chats: new Map(),
  projects: new Map([["api", {}]]),
};

function rule(more: Partial<AccessRule>): AccessRule {
  return { ...OPEN, ...more };
}

function ids(...list: readonly number[]): ReadonlySet<number> {
  return new Set(list);
}

interface Case {
  readonly name: string;
  readonly rule?: Partial<AccessRule>;
  readonly who: number | undefined;
  readonly where: Place;
  readonly may: Rights;
}

const CASES: readonly Case[] = [
  { name: "a single user needs no further keys", who: 1, where: { chatId: 1 }, may: ALL },
  { name: "a user of the list in a known group", who: 1, where: { chatId: -5 }, may: ALL },
  { name: "a user of the list in an unknown group", who: 1, where: { chatId: -7 }, may: NONE },
  { name: "a user of the list in somebody else's private chat", who: 1, where: { chatId: 2 }, may: NONE },
  {
    name: "a private chat is not made known by being listed",
    who: 1,
    where: { chatId: 2 },
    rule: { chatIds: ids(2) },
    may: NONE,
  },
  { name: "a stranger", who: 9, where: { chatId: 9 }, may: NONE },
  { name: "a stranger in a known group", who: 9, where: { chatId: -5 }, may: NONE },
  { name: "an anonymous administrator or a channel", who: undefined, where: { chatId: -5 }, may: NONE },
  { name: "an update without a chat", who: 1, where: {}, may: NONE },
  { name: "an empty list of users", who: 1, where: { chatId: 1 }, rule: { userIds: ids() }, may: NONE },
  {
    name: "somebody who is not on the list of deciders",
    rule: { deciderIds: ids(2) },
    who: 1,
    where: { chatId: 1 },
    may: { chat: true, decide: false, admin: true },
  },
  {
    name: "somebody who is not on the list of admins",
    rule: { adminIds: ids(2) },
    who: 1,
    where: { chatId: 1 },
    may: { chat: true, decide: true, admin: false },
  },
  {
    name: "an empty list of admins",
    rule: { adminIds: ids() },
    who: 1,
    where: { chatId: 1 },
    may: { chat: true, decide: true, admin: false },
  },
  {
    name: "a decider who may not chat",
    rule: { deciderIds: ids(9) },
    who: 9,
    where: { chatId: -5 },
    may: NONE,
  },
  {
    name: "a project whose list names them",
    rule: { projects: new Map([["api", { chat: ids(1) }]]) },
    who: 1,
    where: { chatId: -5, project: "api" },
    may: ALL,
  },
  {
    name: "a project whose list leaves them out",
    rule: { projects: new Map([["api", { chat: ids(2) }]]) },
    who: 1,
    where: { chatId: -5, project: "api" },
    may: NONE,
  },
  {
    name: "the same project in other letters",
    rule: { projects: new Map([["api", { chat: ids(2) }]]) },
    who: 1,
    where: { chatId: -5, project: "API" },
    may: NONE,
  },
  {
    name: "a project lets nobody in who may not chat at all",
    rule: { projects: new Map([["api", { chat: ids(9) }]]) },
    who: 9,
    where: { chatId: 9, project: "api" },
    may: NONE,
  },
  {
    name: "a project with an empty list",
    rule: { projects: new Map([["api", { chat: ids() }]]) },
    who: 1,
    where: { chatId: 1, project: "api" },
    may: NONE,
  },
  {
    name: "a project with deciders of its own",
    rule: { projects: new Map([["api", { decide: ids(2) }]]), deciderIds: ids(1, 2) },
    who: 1,
    where: { chatId: 1, project: "api" },
    may: { chat: true, decide: false, admin: true },
  },
  {
    name: "a chat whose list leaves them out",
    rule: { chats: new Map([[-5, [{ chat: ids(2) }]]]) },
    who: 1,
    where: { chatId: -5 },
    may: NONE,
  },
  {
    name: "a chat under two lists, one of which leaves them out",
    rule: { chats: new Map([[-5, [{ chat: ids(1, 2) }, { admin: ids(2), chat: ids(1) }]]]) },
    who: 1,
    where: { chatId: -5 },
    may: { chat: true, decide: true, admin: false },
  },
  {
    name: "a project that is not configured any more, where all may do all",
    who: 1,
    where: { chatId: 1, project: "gone" },
    may: ALL,
  },
  {
    name: "a project that is not configured any more, where projects have lists",
    rule: { projects: new Map([["api", { decide: ids(1) }]]) },
    who: 1,
    where: { chatId: 1, project: "gone" },
    may: NONE,
  },
  {
    name: "a project that is not configured any more, where there are admins",
    rule: { adminIds: ids(2) },
    who: 1,
    where: { chatId: 1, project: "gone" },
    may: NONE,
  },
];

describe("who may do what", () => {
  it.each(CASES)("$name", ({ rule: more = {}, who, where, may }) => {
    expect(rightsOf(who, where, rule(more))).toEqual(may);
  });
});

const people = fc.integer({ min: 1, max: 4 });
const circle = fc.uniqueArray(people).map((list): ReadonlySet<number> => new Set(list));
const chat = fc.constantFrom(1, 2, -5, -6, -7);
const project = fc.constantFrom("api", "web", "gone");
const lists = fc.record({ chat: circle, decide: circle, admin: circle }, { requiredKeys: [] });
const rules: fc.Arbitrary<AccessRule> = fc.record(
  {
    userIds: circle,
    deciderIds: circle,
    adminIds: circle,
    chatIds: fc.uniqueArray(chat).map((list) => new Set(list)),
    chats: fc.array(fc.tuple(chat, fc.array(lists, { maxLength: 2 }))).map((entries) => new Map(entries)),
    projects: fc.array(fc.tuple(fc.constantFrom("api", "web"), lists)).map((entries) => new Map(entries)),
  },
  { requiredKeys: ["userIds", "chatIds", "chats", "projects"] },
);
const places: fc.Arbitrary<Place> = fc.record({ chatId: chat, project }, { requiredKeys: ["chatId"] });

describe("whatever the lists are", () => {
  it("nobody has a right who may not chat, and nobody may chat who is not on the general list or not heard there", () => {
    fc.assert(
      fc.property(rules, people, places, (given, who, where) => {
        const may = rightsOf(who, where, given);
        if (may.decide || may.admin) expect(may.chat).toBe(true);
        if (!may.chat) return;
        expect(given.userIds.has(who)).toBe(true);
        expect(where.chatId === who || given.chatIds.has(where.chatId ?? 0)).toBe(true);
      }),
    );
  });

  it("another list, of a chat or a project, never gives a right", () => {
    fc.assert(
      fc.property(rules, fc.tuple(people, places), lists, (given, [who, where], added) => {
        const before = rightsOf(who, where, given);
        for (const narrowed of [withChatLists(given, where, added), withProjectLists(given, where, added)]) {
          const after = rightsOf(who, where, narrowed);
          for (const right of ["chat", "decide", "admin"] as const) if (after[right]) expect(before[right]).toBe(true);
        }
      }),
    );
  });

  it("a person an empty or foreign list leaves out has none of its rights", () => {
    fc.assert(
      fc.property(rules, people, places, (given, who, where) => {
        const without = new Set([1, 2, 3, 4].filter((id) => id !== who));
        expect(rightsOf(who, where, { ...given, userIds: without })).toEqual(NONE);
        expect(rightsOf(who, where, withChatLists(given, where, { chat: without }))).toEqual(NONE);
        expect(rightsOf(who, where, { ...given, deciderIds: without }).decide).toBe(false);
        expect(rightsOf(who, where, { ...given, adminIds: new Set() }).admin).toBe(false);
      }),
    );
  });
});

function withChatLists(given: AccessRule, { chatId = 0 }: Place, added: RightLists): AccessRule {
  return { ...given, chats: new Map([...given.chats, [chatId, [...(given.chats.get(chatId) ?? []), added]]]) };
}

/** Lists a project did not have before. One that is there keeps what it has. */
function withProjectLists(given: AccessRule, { project: alias }: Place, added: RightLists): AccessRule {
  const known = alias === undefined ? undefined : given.projects.get(alias);
  if (alias === undefined || known === undefined) return given;
  return { ...given, projects: new Map([...given.projects, [alias, { ...added, ...known }]]) };
}
