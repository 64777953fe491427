import { describe, expect, it } from "vitest";
import { Refusals } from "../../src/bridge/refusals.ts";
import type { AuditEntry, Store } from "../../src/bridge/store-port.ts";
import { openStore } from "../../src/store/open-store.ts";
import { FakeClock } from "../telegram/fake-clock.ts";
import { RecordingLog } from "../telegram/recording-log.ts";

const DAY_MS = 86_400_000;

class Refused {
  readonly rows: AuditEntry[] = [];
  readonly log: RecordingLog = new RecordingLog();
  readonly clock: FakeClock = new FakeClock(10 * DAY_MS);
  readonly refusals: Refusals;

  constructor(audit: Store["audit"] = (entry) => void this.rows.push(entry)) {
    const store = { ...openStore({ path: ":memory:", now: () => this.clock.now() }), audit };
    this.refusals = new Refusals({ store, clock: this.clock, log: this.log });
  }

  stranger(id: number, times = 1): void {
    for (let count = 0; count < times; count += 1) this.refusals.refuseStranger({ id, name: "Eve" });
  }

  /** How many updates the rows of somebody stand for. */
  counted(actor: string): number {
    return this.rows
      .filter((row) => row.actor === actor)
      .reduce((sum, { detail }) => sum + Number(detail?.["updates"] ?? 1), 0);
  }
}

describe("refusals", () => {
  it("of a stranger are a row at the 1st, 10th, 100th of a day, each with how many it stands for", () => {
    const refused = new Refused();
    refused.stranger(9, 117);
    expect(refused.rows.map(({ detail }) => detail)).toEqual([
      { why: "may not use this bot", name: "Eve" },
      { why: "may not use this bot", name: "Eve", updates: 9 },
      { why: "may not use this bot", name: "Eve", updates: 90 },
    ]);
    refused.refusals.flush();
    expect(refused.rows.at(-1)).toMatchObject({ actor: "9", verb: "refuse", detail: { updates: 17 } });
    expect(refused.counted("9")).toBe(117);
    refused.refusals.flush();
    expect(refused.rows).toHaveLength(4);
  });

  it("begin anew with the day, and lose none of the last one", async () => {
    const refused = new Refused();
    refused.stranger(9, 5);
    await refused.clock.advance(DAY_MS);
    refused.stranger(8);
    refused.stranger(9);
    expect(refused.counted("9")).toBe(6);
    expect(refused.rows.map(({ actor, detail }) => [actor, detail?.["updates"]])).toEqual([
      ["9", undefined],
      ["9", 4],
      ["8", undefined],
      ["9", undefined],
    ]);
  });

  it("of ever new strangers can't fill the disk: beyond a thousand a day they are counted together", () => {
    const refused = new Refused();
    for (let id = 1; id <= 50_000; id += 1) refused.stranger(id);
    refused.refusals.flush();
    expect(refused.rows.length).toBeLessThan(1_010);
    expect(refused.counted("others")).toBe(49_000);
    expect(refused.log.entries.length).toBeLessThan(1_010);
  });

  it("of somebody who may chat are written one by one at first", () => {
    const refused = new Refused();
    const refuse = (): void => refused.refusals.refuse({ by: { id: 5 }, why: "an old button", subject: "run1" });
    for (let count = 0; count < 1_000; count += 1) refuse();
    expect(refused.rows).toHaveLength(22);
    expect(refused.rows[0]).toMatchObject({ actor: "5", subject: "run1", detail: { why: "an old button" } });
    expect(refused.counted("5")).toBe(1_000);
  });

  it("stay refusals when the journal can't be written", () => {
    const refused = new Refused(() => {
      throw new Error("the disk is full");
    });
    refused.stranger(9);
    refused.refusals.flush();
    expect(refused.log.messages("error").join()).toContain("could not be written");
  });
});
