import { describe, expect, it } from "vitest";
import type { SessionHost, SessionSummary } from "../../../src/runner/runner.ts";
import { completed, started, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import type { BridgeOptions } from "../bridge-under-test.ts";
import { Choosing, session, TOPIC } from "./choosing.ts";

const CHAT_MODE: BridgeOptions = { settings: { sessionMode: "chat" } };
const web = { path: "/web", defaults: {} };

/** An engine that never answers, and what it was given. */
function hanging(): { readonly hosts: SessionHost[]; readonly list: () => Promise<never> } {
  const hosts: SessionHost[] = [];
  return { hosts, list: (...[, host]: readonly unknown[]) => (hosts.push(asHost(host)), new Promise<never>(() => {})) };
}

function asHost(host: unknown): SessionHost {
  if (typeof host === "object" && host !== null && "signal" in host && host.signal instanceof AbortSignal)
    return { signal: host.signal, env: {} };
  throw new Error("no host was given");
}

describe("/sessions", () => {
  it("lists the sessions of all engines, newest first, with a button for each", async () => {
    const chat = await Choosing.begin({
      sessions: [session("a", { updatedAt: 940_000 }), session("b", { updatedAt: 400_000 })],
      codexSessions: [session("c", { engine: "codex", updatedAt: 990_000, isOpen: true })],
    });
    const shown = await chat.say("/sessions");
    expect(shown.text).toBe(
      [
        "Sessions in /work, newest first:",
        "1. codex · title of c · 10s ago · open now",
        "2. scripted · title of a · 1m 00s ago",
        "3. scripted · title of b · 10m 00s ago",
      ].join("\n"),
    );
    expect(chat.labels(shown)).toEqual(["1. title of c", "2. title of a", "3. title of b"]);
  });

  it.each([
    ["/sessions", "/work", "Sessions in /work, newest first:"],
    ["/sessions codex", "/work", "Sessions of codex in /work, newest first:"],
    ["/sessions /CODEX", "/work", "Sessions of codex in /work, newest first:"],
    ["/sessions web", "/web", "Sessions in web, newest first:"],
    ["/sessions codex WEB", "/web", "Sessions of codex in web, newest first:"],
    ["/sessions web scripted", "/web", "There are no sessions of scripted in web."],
  ])("understands %s", async (text, directory, heading) => {
    const asked: string[] = [];
    const codexSessions = (cwd: string): Promise<readonly SessionSummary[]> => {
      asked.push(cwd);
      return Promise.resolve([session("c", { engine: "codex" })]);
    };
    const settings = { projects: new Map([["web", web]]) };
    const chat = await Choosing.begin({ settings, sessions: [], codexSessions });
    expect((await chat.say(text)).text.split("\n")[0]).toBe(heading);
    expect(asked).toEqual(heading.includes("scripted") ? [] : [directory]);
  });

  it("says which word it does not know, and asks nobody", async () => {
    const { hosts, list } = hanging();
    const chat = await Choosing.begin({ codexSessions: list });
    expect((await chat.say("/sessions nonsense")).text).toBe(`"nonsense" is neither an engine nor a project.`);
    expect(hosts).toEqual([]);
  });

  it("says that there are none", async () => {
    const chat = await Choosing.begin({ sessions: [] });
    expect(await chat.say("/sessions")).toMatchObject({ text: "There are no sessions in /work.", keyboard: [] });
  });

  it("shows the newest eight, with titles of one line that are not too long", async () => {
    const long = `${"x".repeat(58)}🙂🙂`;
    const titles = [long, "two\nlines", "", ...Array.from({ length: 9 }, (_, index) => `title ${index}`)];
    const sessions = titles.map((title, index) => session(`s${index}`, { title, updatedAt: 900_000 - index }));
    const chat = await Choosing.begin({ sessions });
    const shown = await chat.say("/sessions");
    expect(chat.labels(shown)).toHaveLength(8);
    expect(chat.labels(shown).slice(0, 3)).toEqual([`1. ${"x".repeat(58)}…`, "2. two lines", "3. "]);
  });

  it("names an engine that fails and shows the sessions of the others", async () => {
    const codexSessions = (): Promise<never> => Promise.reject(new Error("broken"));
    const chat = await Choosing.begin({ sessions: [session("a")], codexSessions });
    expect((await chat.say("/sessions")).text).toMatch(/1\. scripted · title of a · .*\nNo answer from: codex\.$/);
    expect(chat.bridge.log.messages("warn")).toContain("sessions could not be listed");
  });

  it("names an engine that throws at once, and one that keeps silent, after ten seconds", async () => {
    const { hosts, list } = hanging();
    const throwing = (): Promise<never> => {
      throw new Error("broken");
    };
    const chat = await Choosing.begin({ sessions: throwing, codexSessions: list });
    const message = chat.bridge.message("/sessions");
    chat.send(message);
    await chat.bridge.clock.advance(9_999);
    expect(chat.bridge.chat.texts()).toEqual([]);
    expect(hosts[0]?.signal.aborted).toBe(false);
    await chat.bridge.clock.advance(1);
    expect(chat.answerTo(message).text).toBe("There are no sessions in /work.\nNo answer from: scripted, codex.");
    expect(hosts[0]?.signal.aborted).toBe(true);
  });

  it("lets go of an engine that has answered", async () => {
    const signals: AbortSignal[] = [];
    const sessions = (_cwd: string, { signal }: SessionHost): Promise<readonly SessionSummary[]> => {
      signals.push(signal);
      return Promise.resolve([]);
    };
    const chat = await Choosing.begin({ sessions });
    await chat.say("/sessions");
    expect(signals[0]?.aborted).toBe(true);
    expect(chat.bridge.clock.pending).toEqual([]);
  });
});

describe("a session that was chosen", () => {
  it("is continued by replies, in its project, where a chat does not continue by itself", async () => {
    const settings = { projects: new Map([["web", web]]) };
    const chat = await Choosing.begin({ settings, sessions: [session("a", { cwd: "/web" })] });
    const shown = await chat.say("/sessions web");
    expect(await chat.press(shown, "1. title of a")).toBe("title of a");
    const announced = await chat.bridge.chat.shows(/^“title of a” of scripted/);
    expect(announced).toMatchObject({ silent: true, replyTo: shown.ref.messageId });
    expect(announced.text).toBe(
      "“title of a” of scripted. Reply to this message to go on there.\n\nctx: web\nscripted --resume a",
    );
    const replyTo = { messageId: announced.ref.messageId, fromBot: true, text: announced.text };
    const run = await chat.run("go on", { replyTo });
    expect(run.request).toMatchObject({ prompt: "go on", resume: token("a"), cwd: "/web" });
    expect((await chat.run("something else")).request.resume).toBeUndefined();
  });

  it("is what the next message goes on with, where the chat continues by itself, and stays so", async () => {
    const chat = await Choosing.begin({ ...CHAT_MODE, sessions: [session("a")] });
    await chat.press(await chat.say("/sessions"), "1. title of a");
    const announced = await chat.bridge.chat.shows(/^“title of a” of scripted/);
    expect(announced.text).toBe("“title of a” of scripted. Your next message goes on there.\n\nscripted --resume a");
    const run = await chat.run("go on");
    expect(run.request.resume).toEqual(token("a"));
    run.emit(started(token("a")), completed("", { resume: token("a") }));
    run.end();
    await settled();
    expect((await chat.run("and on")).request.resume).toEqual(token("a"));
  });

  it("is gone on with, although another run is still under way here", async () => {
    const chat = await Choosing.begin({ ...CHAT_MODE, sessions: [session("a")] });
    const old = await chat.run("old");
    await chat.bridge.clock.advance(10);
    await chat.press(await chat.say("/sessions"), "1. title of a");
    old.emit(started(token("old")));
    await chat.bridge.clock.advance(10);
    expect((await chat.run("go on")).request.resume).toEqual(token("a"));
  });

  it("takes the chat to its engine, and says so", async () => {
    const chat = await Choosing.begin({ ...CHAT_MODE, codexSessions: [session("c", { engine: "codex" })] });
    await chat.press(await chat.say("/sessions"), "1. title of c");
    const announced = await chat.bridge.chat.shows(/^“title of c” of codex/);
    expect(announced.text).toContain("Prompts here go to codex from now on; /agent changes that.");
    expect((await chat.run("go on", { engine: "codex" })).request.resume).toEqual(token("c", "codex"));
    expect((await chat.say("/agent")).text).toMatch(/^engine: codex \(chosen in this chat\)/);
  });

  it("belongs to the topic in which it was chosen", async () => {
    const chat = await Choosing.begin({ ...CHAT_MODE, codexSessions: [session("c", { engine: "codex" })] });
    await chat.press(await chat.say("/sessions", { thread: TOPIC }), "1. title of c", TOPIC);
    await chat.run("go on", { thread: TOPIC, engine: "codex" });
    expect((await chat.run("elsewhere")).request.resume).toBeUndefined();
  });

  it("that a program has open is only continued after a warning", async () => {
    const chat = await Choosing.begin({ ...CHAT_MODE, sessions: [session("a", { isOpen: true })] });
    await chat.press(await chat.say("/sessions"), "1. title of a");
    const warning = await chat.bridge.chat.shows(/^“title of a” is open in scripted right now/);
    expect(chat.labels(warning)).toEqual(["Continue anyway"]);
    const run = await chat.run("something else");
    expect(run.request.resume).toBeUndefined();
    await chat.bridge.clock.advance(10);
    await chat.press(warning, "Continue anyway");
    await chat.bridge.chat.shows(/^“title of a” of scripted\. Your next message goes on there/);
    expect((await chat.run("go on")).request.resume).toEqual(token("a"));
  });

  it("can be chosen after a restart, and not from another chat", async () => {
    const before = await Choosing.begin({ ...CHAT_MODE, sessions: [session("a")] });
    const shown = await before.say("/sessions");
    const chat = await before.restarted();
    expect(await chat.press(shown, "1. title of a", { chatId: 2002 })).toBe("This button no longer works.");
    expect(await chat.press(shown, "1. title of a")).toBe("title of a");
    await chat.bridge.chat.shows(/^“title of a” of scripted/);
  });
});
