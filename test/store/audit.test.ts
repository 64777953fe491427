import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { toRunId } from "../../src/domain/run.ts";
import { openStore } from "../../src/store/open-store.ts";
import { accept, queuedRun, tempDir } from "./factories.ts";

it("decisions and audit entries are kept as they were, and audit entries for good", () => {
  const path = join(tempDir(), "takopi.db");
  const store = openStore({ path, now: () => 1_000 });
  accept(store, queuedRun("a"));
  const request = { kind: "plan", id: "p1", markdown: "# do it" } as const;
  const decision = { kind: "approve", scope: "once" } as const;
  store.recordDecision({ runId: toRunId("a"), request, decision, decidedBy: "42", decidedAt: 1_001 });
  store.audit({ at: 1_002, actor: "42", verb: "cancel", subject: "a", detail: { state: "running" } });
  store.audit({ at: 1_003, actor: "bot", verb: "refuse" });
  store.close();

  const reader = new Database(path);
  expect(reader.prepare("SELECT * FROM decisions").all()).toEqual([
    {
      id: 1,
      run_id: "a",
      request_id: "p1",
      kind: "plan",
      request: JSON.stringify(request),
      decision: JSON.stringify(decision),
      decided_by: "42",
      decided_at: 1_001,
    },
  ]);
  expect(reader.prepare("SELECT * FROM audit").all()).toEqual([
    { id: 1, at: 1_002, actor: "42", verb: "cancel", subject: "a", detail: '{"state":"running"}' },
    { id: 2, at: 1_003, actor: "bot", verb: "refuse", subject: null, detail: null },
  ]);
  expect(() => reader.exec("DELETE FROM audit")).toThrow("append only");
  expect(() => reader.exec("UPDATE audit SET actor = 'nobody'")).toThrow("append only");
  reader.close();
});
