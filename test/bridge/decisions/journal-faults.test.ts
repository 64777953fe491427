import { describe, expect, it } from "vitest";
import type { Store } from "../../../src/bridge/store-port.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { completed, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { approval, Asking } from "./asking.ts";

/** A journal that can't be written at one place for as often as the test says. */
function faultyStore(place: "audit" | "settleDecision" | "openDecision", times: number): Store {
  const store = openStore({ path: ":memory:", now: () => 1_000_000 });
  let left = times;
  const fail = (): void => {
    if (left > 0) throw new Error(`the disk is full (${(left -= 1)} to go)`);
  };
  switch (place) {
    case "audit":
      return { ...store, audit: (entry) => (fail(), store.audit(entry)) };
    case "settleDecision":
      return { ...store, settleDecision: (key, state, face) => (fail(), store.settleDecision(key, state, face)) };
    case "openDecision":
      return { ...store, openDecision: (decision) => (fail(), store.openDecision(decision)) };
  }
}

describe("a journal that can't be written for a while", () => {
  it("delays what an engine asks and loses nothing of it", async () => {
    const asking = await Asking.begin({ store: faultyStore("openDecision", 3) });
    const decision = asking.run.host.decide(approval());
    await settled();
    expect(asking.bridge.store.openDecisions()).toEqual([]);
    await asking.bridge.clock.advance(3_000);
    await asking.press(asking.latestAsking(), "Approve");
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
  });

  it("does not keep an answer that counts from the engine", async () => {
    const asking = await Asking.begin({ store: faultyStore("audit", 1) });
    const { shown, decision } = await asking.ask(approval());
    await expect(asking.press(shown, "Approve")).rejects.toThrow("the disk is full");
    expect(await decision).toEqual({ kind: "approve", scope: "once" });
    expect(asking.bridge.store.openDecisions()).toMatchObject([{ state: "answered" }]);
  });

  it("does not break an engine that says it has the answer, and shows it later", async () => {
    const asking = await Asking.begin({ store: faultyStore("settleDecision", 2) });
    const { shown, decision } = await asking.ask(approval());
    await asking.press(shown, "Approve");
    await decision;
    asking.run.host.answerTaken("r1");
    await settled();
    expect(asking.now(shown).text).not.toContain("✓");
    await asking.bridge.clock.advance(2_000);
    expect(asking.now(shown).text).toBe("✓ Approved · Bash\nnpm publish");
  });

  it("does not make an answer that was taken look lost when the run ends meanwhile", async () => {
    const asking = await Asking.begin({ store: faultyStore("settleDecision", 2) });
    const { shown, decision } = await asking.ask(approval());
    await asking.press(shown, "Approve");
    await decision;
    asking.run.host.answerTaken("r1");
    asking.run.emit(completed("done", { resume: token("s1") }));
    asking.run.end();
    await asking.bridge.clock.advance(5_000);
    expect(asking.now(shown).text).toBe("✓ Approved · Bash\nnpm publish");
  });
});
