import { describe, expect, it } from "vitest";
import { createSecretCover } from "../../src/app/secrets/secret-cover.ts";
import type { OutgoingMessage } from "../../src/bridge/chat-port.ts";
import { revealSecrets } from "../../src/bridge/reveal-secrets.ts";
import { completed, started, testEngine, token } from "../factories.ts";
import { settled } from "../telegram/fake-clock.ts";
import { BridgeUnderTest, CHAT } from "./bridge-under-test.ts";
import { approval } from "./decisions/asking.ts";
import { FakeChat, type VisibleMessage } from "./fake-chat.ts";

const KEY = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
const OTHER = "hunter22-and-more";
const secrets = createSecretCover({ never: ["own-token-of-the-bot"], values: [OTHER], shapes: true, allow: [] });

/** Remembers which messages may show secrets. */
class WatchedChat extends FakeChat {
  readonly revealing: OutgoingMessage[] = [];

  override async send(message: OutgoingMessage): Promise<{ chatId: number; messageId: number }> {
    if (message.reveals === true) this.revealing.push(message);
    return await super.send(message);
  }
}

async function working(): Promise<{ bridge: BridgeUnderTest; chat: WatchedChat }> {
  const chat = new WatchedChat();
  const bridge = new BridgeUnderTest({ chat, settings: { secrets } });
  await bridge.open();
  bridge.prompt("look");
  return { bridge, chat };
}

async function answered(
  answer: string,
): Promise<{ bridge: BridgeUnderTest; chat: WatchedChat; final: VisibleMessage }> {
  const { bridge, chat } = await working();
  const run = await bridge.runner.nextRun();
  run.emit(started(token("s1")), completed(answer, { resume: token("s1") }));
  run.end();
  const final = await chat.shows(/^done/);
  await settled();
  return { bridge, chat, final };
}

describe("a final message", () => {
  it("covers secrets before it is split, says how many, and leaves the resume line alone", async () => {
    const filler = "word ".repeat(780);
    const { chat } = await answered(`${filler}${KEY} ${OTHER} ${KEY} **end**`);
    const all = chat.texts().join("\n");
    expect(all).not.toMatch(/ghp_|[a-z0-9]{12}|hunter/);
    expect(all).toMatch(/end\n\n2 secrets covered · \/reveal\nscripted --resume s1$/);
  });

  it("covers a secret that stands out only when the Markdown is gone", async () => {
    const { chat } = await answered(`ghp_abcdefgh**ijklmnopqrstuvwxyz**0123456789`);
    expect(chat.texts().join()).not.toContain("abcdefgh");
  });

  it("that becomes a file covers them there as well", async () => {
    const { chat } = await answered(`${KEY}\n\n${"many words ".repeat(3000)}\n\n${OTHER}`);
    const file = await chat.shows(/^\[file answer\.md\]/);
    expect(file.text).toContain("•".repeat(KEY.length));
    expect(chat.texts().join()).not.toMatch(/ghp_|hunter22/);
  });

  it("of a failed run covers them in the error too", async () => {
    const { bridge, chat } = await working();
    const run = await bridge.runner.nextRun();
    run.emit(
      started(token("s1")),
      completed("", { ok: false, error: `can't log in with ${KEY}`, resume: token("s1") }),
    );
    run.end();
    const final = await chat.shows(/^error/);
    expect(final.text).toContain(`can't log in with ${"•".repeat(KEY.length)}\n\n1 secret covered`);
  });

  it("says nothing about secrets where there are none", async () => {
    const { final } = await answered("all is well");
    expect(final.text).not.toContain("covered");
  });
});

describe("a progress message and a question", () => {
  // Both show the first 300 characters of such a line.
  const long = `${"x".repeat(280)}=${KEY}`;

  it("show no part of a secret that is cut where a line ends", async () => {
    const { bridge, chat } = await working();
    const run = await bridge.runner.nextRun();
    const action = { id: "a", kind: "command", title: long, detail: {} } as const;
    run.emit(started(token("s1")), { type: "action", engine: testEngine, action, phase: "started" });
    await settled();
    await bridge.clock.advance(20_000);
    const card = await chat.shows(/▸ x+/);
    expect(card.text).not.toContain("ghp_");
    const decision = run.host.decide(approval({ tool: long, title: long, input: { path: long } }));
    const asked = await chat.shows(/asks/);
    expect(asked.text).not.toContain("ghp_");
    await settled();
    run.emit(completed("done", { resume: token("s1") }));
    run.end();
    await decision;
    await chat.shows(/No longer needed/);
    expect(chat.texts().join()).not.toContain("ghp_");
  });
});

describe("/reveal", () => {
  it("shows each covered secret once under a spoiler, and writes down who saw it", async () => {
    const { bridge, chat, final } = await answered(`${KEY} and ${OTHER} and ${KEY} own-token-of-the-bot`);
    await revealSecrets(bridge.deps, { ...bridge.message("/reveal"), replyTo: { ...final.ref, fromBot: true } });
    const [shown] = chat.revealing;
    const spoilers = shown?.content.entities.filter(({ type }) => type === "spoiler") ?? [];
    expect(spoilers.map(({ offset, length }) => shown?.content.text.slice(offset, offset + length))).toEqual([
      KEY,
      OTHER,
    ]);
    expect(shown?.thread).toEqual({ chatId: CHAT });
    expect(JSON.stringify(bridge.store.nextDeliveries(Infinity))).not.toContain(KEY);
  });

  it("takes the latest answer where it replies to nothing", async () => {
    const { bridge, chat } = await answered(KEY);
    await revealSecrets(bridge.deps, bridge.message("/reveal"));
    expect(chat.revealing).toHaveLength(1);
  });

  it("shows what is covered in a question, not in the rest of the run", async () => {
    const { bridge, chat } = await working();
    const run = await bridge.runner.nextRun();
    run.emit(started(token("s1")));
    void run.host.decide(approval({ title: "x", input: { command: `push --token ${KEY}`, deep: [{ a: OTHER }] } }));
    const asked = await chat.shows(/asks/);
    expect(asked.text).toContain(`push --token ${"•".repeat(KEY.length)}`);
    await settled();
    await revealSecrets(bridge.deps, { ...bridge.message("/reveal"), replyTo: { ...asked.ref, fromBot: true } });
    expect(chat.revealing[0]?.content.text).toContain(KEY);
  });

  it("splits keys that are too long for one message, each part under a spoiler", async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${"aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW0xY\n".repeat(300)}-----END PRIVATE KEY-----`;
    const { bridge, chat } = await answered(key);
    await revealSecrets(bridge.deps, bridge.message("/reveal"));
    expect(chat.revealing.length).toBeGreaterThan(2);
    expect(chat.revealing.every(({ content }) => content.entities.some(({ type }) => type === "spoiler"))).toBe(true);
    expect(chat.revealing.map(({ content }) => content.text).join("\n")).toContain("-----END PRIVATE KEY-----");
  });

  it("says so where nothing is covered, and where there is no answer yet", async () => {
    const { bridge, chat } = await answered("all is well");
    await revealSecrets(bridge.deps, bridge.message("/reveal"));
    await chat.shows(/Nothing is covered/);
    const empty = new BridgeUnderTest();
    await empty.open();
    await revealSecrets(empty.deps, empty.message("/reveal"));
    await empty.chat.shows(/no answer here yet/);
    expect(chat.revealing).toEqual([]);
  });

  it("says what to do where the private chat is closed, and shows nothing in the group", async () => {
    const { bridge, chat } = await answered(KEY);
    chat.faults.push("chat_closed");
    await revealSecrets(bridge.deps, { ...bridge.message("/reveal"), chatType: "group" });
    await chat.shows(/Open it, press Start/);
    expect(chat.texts().join()).not.toContain(KEY);
  });
});
