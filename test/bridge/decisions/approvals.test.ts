import { describe, expect, it } from "vitest";
import { completed, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { approval, Asking } from "./asking.ts";

describe("an approval", () => {
  it("is asked for aloud with the whole command, while the run waits for the user", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(approval({ scopes: ["once", "session", "project"] }));
    expect(shown).toMatchObject({ text: "scripted asks\n\nAllow Bash?\n\nnpm publish", silent: false });
    expect(asking.labels(shown)).toEqual([
      "Approve",
      "Deny",
      "Always, this session",
      "Always, this project",
      "Deny with a reason",
    ]);
    await asking.bridge.clock.advance(2_000);
    await asking.bridge.chat.shows(/^waiting for you · scripted/);
  });

  it("offers only the scopes the engine can honour", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(approval());
    expect(asking.labels(shown)).toEqual(["Approve", "Deny", "Deny with a reason"]);
    const [data = ""] = shown.keyboard.flat().map((button) => button.data);
    expect(await asking.pressData(shown, data.replace("once", "session"))).toBe("This button no longer fits.");
    expect(asking.labels(shown)).toContain("Approve");
  });

  it("shows a change as its path and a diff, cut where it is long", async () => {
    const asking = await Asking.begin();
    const diff = Array.from({ length: 60 }, (_, line) => `+line ${line}`).join("\n");
    const input = { path: "/work/src/a.ts", diff };
    const { shown } = await asking.ask(approval({ tool: "Edit", title: "Edit a.ts", input }));
    expect(shown.text).toContain("src/a.ts");
    expect(shown.text).toContain("+line 39\n… 20 more lines");
    expect(shown.text).not.toContain("+line 40\n");
  });

  it("counts as given only when the engine has it", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval());
    expect(await asking.press(shown, "Approve")).toBe("Passing it on…");
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
    expect(asking.now(shown).text).not.toContain("✓");
    asking.run.host.answerTaken("r1");
    await settled();
    expect(asking.now(shown)).toMatchObject({ text: "✓ Approved · Bash\nnpm publish", keyboard: [] });
  });

  it("that the engine never took is not called a success", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval());
    await asking.press(shown, "Approve");
    await decision;
    asking.run.emit(completed("", { ok: false, error: "died", resume: token("s1") }));
    asking.run.end();
    await settled();
    expect(asking.now(shown)).toMatchObject({ text: expect.stringMatching(/^– The run ended before/), keyboard: [] });
  });

  it("for the session says so to the engine and afterwards to the user", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval({ scopes: ["once", "session"] }));
    await asking.press(shown, "Always, this session");
    expect(await decision).toEqual({ kind: "approve", scope: "session" });
    asking.run.host.answerTaken("r1");
    await settled();
    expect(asking.now(shown).text).toContain("✓ Approved for this session");
  });

  it("is denied with the words of the reply", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval());
    expect(await asking.press(shown, "Deny with a reason")).toBe("Reply to the message with the reason.");
    expect(asking.now(shown).text).toContain("✎ Reply to this message with the reason.");
    expect(await asking.reply(shown, "yes, but on Monday")).toBe(true);
    expect(await decision).toEqual({ kind: "deny", reason: "yes, but on Monday" });
    asking.run.host.answerTaken("r1");
    await settled();
    expect(asking.now(shown).text).toBe("✗ Denied · Bash\nnpm publish\n“yes, but on Monday”");
  });

  it.each([
    ["yes", { kind: "approve", scope: "once" }],
    ["OK!", { kind: "approve", scope: "once" }],
    ["no", { kind: "deny", reason: "The user denied this." }],
    ["No, use pnpm", { kind: "deny", reason: "use pnpm" }],
  ])("can be answered by replying %s", async (text, expected) => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval());
    expect(await asking.reply(shown, text)).toBe(true);
    expect(await decision).toEqual(expected);
  });

  it("takes no other reply for an answer, nor for a prompt", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(approval());
    expect(await asking.reply(shown, "nonsense")).toBe(true);
    await asking.bridge.chat.shows(/^Reply yes or no/);
    expect(asking.bridge.store.openDecisions()).toMatchObject([{ state: "pending" }]);
  });

  it("is one decision, however often and whatever is pressed", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval());
    const [approve, deny] = shown.keyboard.flat();
    const toasts = [];
    for (const button of [approve, deny, approve, deny, approve]) {
      toasts.push(await asking.pressData(shown, button?.data ?? ""));
    }
    expect(toasts[0]).toBe("Passing it on…");
    expect(new Set(toasts.slice(1))).toEqual(new Set(["This is already answered; the engine is being told."]));
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
    asking.run.host.answerTaken("r1");
    await settled();
    expect(await asking.pressData(shown, deny?.data ?? "")).toBe("This is already answered.");
    expect(await asking.reply(shown, "no")).toBe(true);
  });

  it("is withdrawn when the engine no longer waits", async () => {
    const asking = await Asking.begin();
    const gone = new AbortController();
    const { shown, decision } = await asking.ask(approval(), gone.signal);
    const [approve] = shown.keyboard.flat();
    gone.abort();
    expect(await decision).toMatchObject({ kind: "dismiss" });
    await settled();
    expect(asking.now(shown)).toMatchObject({ text: expect.stringMatching(/^– No longer needed/), keyboard: [] });
    expect(await asking.pressData(shown, approve?.data ?? "")).toMatch(/^Too late/);
  });

  it("is withdrawn when its run is cancelled", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval());
    asking.bridge.parts.lives.find(asking.run.request.runId)?.stop("cancelled");
    expect(await decision).toMatchObject({ kind: "dismiss" });
    await settled();
    expect(asking.now(shown).keyboard).toEqual([]);
  });

  it("given in a group says by whom, and only those who may decide are heard", async () => {
    const asking = await Asking.begin({
      rights: (userId) => ({ chat: true, decide: userId === 42, admin: true }),
    });
    const { shown, decision } = await asking.ask(approval());
    expect(await asking.press(shown, "Approve", 1001)).toMatch(/^You may chat here/);
    expect(await asking.reply(shown, "yes", 1001)).toBe(true);
    expect(asking.bridge.store.openDecisions()).toMatchObject([{ state: "pending" }]);
    await asking.press(shown, "Deny", 42);
    expect(await decision).toMatchObject({ kind: "deny" });
  });

  it("asked for twice at once is two decisions, each with its own answer", async () => {
    const asking = await Asking.begin();
    const first = await asking.ask(approval({ id: "r1", input: { command: "one" } }));
    const second = await asking.ask(approval({ id: "r2", input: { command: "two" } }));
    await asking.press(second.shown, "Deny");
    await asking.press(first.shown, "Approve");
    expect(await first.decision).toMatchObject({ kind: "approve" });
    expect(await second.decision).toMatchObject({ kind: "deny" });
  });

  it("does not work from another message, chat or key", async () => {
    const asking = await Asking.begin();
    const { shown } = await asking.ask(approval());
    const [approve] = shown.keyboard.flat();
    const data = approve?.data ?? "";
    const elsewhere = { ...shown, ref: { ...shown.ref, messageId: shown.ref.messageId + 7 } };
    expect(await asking.pressData(elsewhere, data)).toBe("This button no longer works.");
    expect(await asking.pressData(shown, data.replace(/:[0-9a-z]{12}:/, ":aaaaaaaaaaaa:"))).toBe(
      "This button no longer works.",
    );
    expect(asking.bridge.store.openDecisions()).toMatchObject([{ state: "pending" }]);
  });

  it("is asked for again after ten minutes, then ever more rarely, and never decided by time", async () => {
    const asking = await Asking.begin();
    const { shown, decision } = await asking.ask(approval());
    const reminders = (): number => asking.bridge.chat.sent.filter((text) => text.includes("still waits")).length;
    await asking.bridge.clock.advance(599_000);
    expect(reminders()).toBe(0);
    await asking.bridge.clock.advance(1_000);
    expect(reminders()).toBe(1);
    await asking.bridge.clock.advance(3_600_000);
    expect(reminders()).toBe(2);
    await asking.press(shown, "Approve");
    await decision;
    await asking.bridge.clock.advance(100_000_000);
    expect(reminders()).toBe(2);
  });
});

describe("the policy", () => {
  it("deny answers for the user and records that it did", async () => {
    const asking = await Asking.begin({ settings: { approvals: { policy: "deny", engines: new Map(), allow: [] } } });
    expect(await asking.run.host.decide(approval())).toMatchObject({ kind: "deny" });
    expect(asking.bridge.chat.texts().filter((text) => text.includes("asks"))).toEqual([]);
  });

  it("auto lets through what a rule covers and asks for the rest", async () => {
    const allow = [{ tool: "Bash", pattern: "npm test *" }];
    const asking = await Asking.begin({ settings: { approvals: { policy: "auto", engines: new Map(), allow } } });
    const covered = approval({ input: { command: "npm test -- a" } });
    expect(await asking.run.host.decide(covered)).toEqual({ kind: "approve", scope: "once" });
    const { shown } = await asking.ask(approval({ id: "r2", input: { command: "npm test -- a; rm -rf ~" } }));
    expect(shown.text).toContain("rm -rf ~");
  });

  it("yolo allows everything, and still brings questions to the user", async () => {
    const asking = await Asking.begin({ settings: { approvals: { policy: "yolo", engines: new Map(), allow: [] } } });
    expect(await asking.run.host.decide(approval())).toEqual({ kind: "approve", scope: "once" });
  });

  it("of the engine goes before the general one", async () => {
    const engines = new Map([["scripted", "deny" as const]]);
    const asking = await Asking.begin({ settings: { approvals: { policy: "yolo", engines, allow: [] } } });
    expect(await asking.run.host.decide(approval())).toMatchObject({ kind: "deny" });
  });
});
