import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { accept, queuedRun, tempDir } from "./factories.ts";

it("audit entries are kept as they were, for good", () => {
  const path = join(tempDir(), "takopi.db");
  const store = openStore({ path, now: () => 1_000 });
  accept(store, queuedRun("a"));
  store.audit({ at: 1_002, actor: "42", verb: "cancel", subject: "a", detail: { state: "running" } });
  store.audit({ at: 1_003, actor: "bot", verb: "refuse" });
  store.close();

  const reader = new Database(path);
  expect(reader.prepare("SELECT * FROM audit").all()).toEqual([
    { id: 1, at: 1_002, actor: "42", verb: "cancel", subject: "a", detail: '{"state":"running"}' },
    { id: 2, at: 1_003, actor: "bot", verb: "refuse", subject: null, detail: null },
  ]);
  expect(() => reader.exec("DELETE FROM audit")).toThrow("append only");
  expect(() => reader.exec("UPDATE audit SET actor = 'nobody'")).toThrow("append only");
  reader.close();
});
