import { describe, expect, it } from "vitest";
import { memoryStore } from "./factories.ts";

const ada = { userId: 42, chatId: 42, name: "Ada", pairedAt: 1_000 };
const right = "a".repeat(64);
const wrong = "b".repeat(64);

describe("pairing", () => {
  it("adds the user with the right code, once", () => {
    const store = memoryStore();
    expect(store.tryPairing(right, ada)).toBe("none");
    store.openPairing(right, 2_000);
    expect(store.hasOpenPairing(1_999)).toBe(true);
    expect(store.tryPairing(right, ada)).toBe("paired");
    expect(store.pairedUsers()).toEqual([ada]);
    expect(store.hasOpenPairing(1_000)).toBe(false);
    expect(store.tryPairing(right, { ...ada, userId: 43 })).toBe("none");
  });

  it("closes at the fifth wrong code, for the right one too, until a new code is opened", () => {
    const store = memoryStore();
    store.openPairing(right, 2_000);
    const outcomes = ["", wrong, wrong, wrong, wrong].map((code) => store.tryPairing(code, ada));
    expect(outcomes).toEqual(["wrong", "wrong", "wrong", "wrong", "locked"]);
    expect(store.hasOpenPairing(1_000)).toBe(false);
    expect(store.tryPairing(right, ada)).toBe("locked");
    expect(store.pairedUsers()).toEqual([]);
    store.openPairing(right, 2_000);
    expect(store.tryPairing(right, ada)).toBe("paired");
  });

  it("still takes the right code after four wrong ones", () => {
    const store = memoryStore();
    store.openPairing(right, 2_000);
    for (let count = 0; count < 4; count += 1) store.tryPairing(wrong, ada);
    expect(store.tryPairing(right, ada)).toBe("paired");
  });

  it("ends with its time", () => {
    const clock = { now: 1_000 };
    const store = memoryStore(clock);
    store.openPairing(right, 2_000);
    clock.now = 2_000;
    expect(store.hasOpenPairing(2_000)).toBe(false);
    expect(store.tryPairing(right, ada)).toBe("expired");
    expect(store.pairedUsers()).toEqual([]);
  });

  it("updates a user who pairs again", () => {
    const store = memoryStore();
    for (const name of ["Ada", "Ada L."]) {
      store.openPairing(right, 2_000);
      store.tryPairing(right, { ...ada, name });
    }
    expect(store.pairedUsers()).toEqual([{ ...ada, name: "Ada L." }]);
  });
});
