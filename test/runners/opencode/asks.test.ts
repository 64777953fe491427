import { describe, expect, it } from "vitest";
import type { Api, Call } from "../../../runners/opencode/api.ts";
import { Asks } from "../../../runners/opencode/asks.ts";
import type { OpencodeEvent } from "../../../runners/opencode/events.ts";
import type { Decision } from "../../../src/domain/decision.ts";

class FakeApi implements Api {
  readonly paths: string[] = [];
  status = 200;
  readonly #waiting: (() => void)[] = [];

  /** Resolves with the next call. */
  called(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  call({ path }: Call): ReturnType<Api["call"]> {
    this.paths.push(path);
    this.#waiting.shift()?.();
    return Promise.resolve({ status: this.status, body: true });
  }

  events(): ReturnType<Api["events"]> {
    return Promise.reject(new Error("no events here"));
  }
}

function permission(id: string, sessionId: string): OpencodeEvent {
  const about = { permission: "bash", patterns: ["ls"], always: [], metadata: {}, call: undefined };
  return { type: "permission", id, sessionId, ...about };
}

const idle = (sessionId: string): OpencodeEvent => ({
  type: "status",
  sessionId,
  status: "idle",
  attempt: undefined,
  message: "",
});

/** Asks whose decisions the test makes, in the order of asking. */
function setUp(): {
  api: FakeApi;
  asks: Asks;
  taken: readonly string[];
  open: { decide: (decision: Decision) => void; isWithdrawn: () => boolean }[];
} {
  const api = new FakeApi();
  const open: ReturnType<typeof setUp>["open"] = [];
  const decide = (_: unknown, withdrawn?: AbortSignal): Promise<Decision> =>
    new Promise((resolve) => open.push({ decide: resolve, isWithdrawn: () => withdrawn?.aborted === true }));
  const taken: string[] = [];
  const host = { decide, answerTaken: (id: string) => void taken.push(id) };
  const noPlans = { planApproved: () => {}, planSentBack: () => {} };
  return { api, open, taken, asks: new Asks({ api, host, cwd: "/work", session: "ses_1", ...noPlans }) };
}

const approve: Decision = { kind: "approve", scope: "once" };

describe("open questions", () => {
  it("are answered each on its own", async () => {
    const { api, asks, open, taken } = setUp();
    asks.receive(permission("per_1", "ses_1"));
    asks.receive(permission("per_2", "ses_child"));
    const both = Promise.all([api.called(), api.called()]);
    open[1]?.decide(approve);
    open[0]?.decide(approve);
    await both;
    await asks.close();
    expect(api.paths).toEqual(["/permission/per_2/reply", "/permission/per_1/reply"]);
    expect(taken).toEqual(["per_2", "per_1"]);
  });

  it("are not reported as answered when the engine no longer knows them", async () => {
    const { api, asks, open, taken } = setUp();
    api.status = 404;
    asks.receive(permission("per_1", "ses_1"));
    const called = api.called();
    open[0]?.decide(approve);
    await called;
    await asks.close();
    expect(taken).toEqual([]);
  });

  it("are taken back with the turn of their session, and with no other", async () => {
    const { api, asks, open, taken } = setUp();
    asks.receive(permission("per_1", "ses_1"));
    asks.receive(permission("per_2", "ses_child"));
    asks.receive(idle("ses_child"));
    expect(open.map(({ isWithdrawn }) => isWithdrawn())).toEqual([false, true]);
    const called = api.called();
    for (const { decide } of open.toReversed()) decide(approve);
    await called;
    await asks.close();
    expect(api.paths).toEqual(["/permission/per_1/reply"]);
    expect(taken).toEqual(["per_1"]);
  });

  it("get no answer when they are closed, whatever is decided", async () => {
    const { api, asks, open } = setUp();
    asks.receive(permission("per_1", "ses_1"));
    const closed = asks.close();
    expect(open[0]?.isWithdrawn()).toBe(true);
    open[0]?.decide(approve);
    await closed;
    expect(api.paths).toEqual([]);
  });
});
