import { describe, expect, it } from "vitest";
import { Asks } from "../../../runners/happy/asks.ts";
import { ConnectionError, MachineOfflineError } from "../../../runners/happy/client/errors.ts";
import type { PermissionAnswer } from "../../../runners/happy/client/live-session.ts";
import type { SessionState } from "../../../runners/happy/client/session-state.ts";
import type { Decision } from "../../../src/domain/decision.ts";

/** Asks whose decisions the test makes, and whose answers it sees. */
class Asked {
  readonly asks: Asks;
  readonly open: { id: string; decide: (decision: Decision) => void; withdrawn: AbortSignal | undefined }[] = [];
  readonly answers: PermissionAnswer[] = [];
  readonly taken: string[] = [];
  interrupts = 0;
  failures: Error[] = [];

  constructor() {
    this.asks = new Asks({
      host: {
        decide: (request, withdrawn) =>
          new Promise((resolve) => this.open.push({ id: request.id, decide: resolve, withdrawn })),
        answerTaken: (id) => void this.taken.push(id),
      },
      answer: async (answer) => {
        this.answers.push(answer);
        const failure = this.failures.shift();
        if (failure !== undefined) throw failure;
      },
      where: () => ({ cwd: "/", flavor: "claude", words: "" }),
      interrupt: () => (this.interrupts += 1),
    });
  }

  tell(...ids: readonly string[]): void {
    const pending = ids.map((id) => ({ id, tool: "Bash", input: { command: "ls" }, call: id }));
    const state: SessionState = { isControlledByUser: false, pending, completed: [] };
    this.asks.receive(state);
  }

  async decide(index: number, decision: Decision = { kind: "approve", scope: "once" }): Promise<void> {
    this.open[index]?.decide(decision);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("what a session asks", () => {
  it("is asked once, however often its state tells it, and answered each on its own", async () => {
    const asked = new Asked();
    asked.tell("a");
    asked.tell("a", "b");
    expect(asked.open.map(({ id }) => id)).toEqual(["a", "b"]);
    await asked.decide(1);
    asked.tell("a", "b");
    await asked.decide(0);
    expect(asked.answers.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(asked.taken).toEqual(["b", "a"]);
    expect(asked.open).toHaveLength(2);
  });

  it("is taken back when it is no longer asked, and gets no answer", async () => {
    const asked = new Asked();
    asked.tell("a", "b");
    asked.tell("b");
    expect(asked.open.map(({ withdrawn }) => withdrawn?.aborted)).toEqual([true, false]);
    await asked.decide(0, { kind: "dismiss", reason: "withdrawn" });
    expect([asked.answers, asked.taken]).toEqual([[], []]);
  });

  it("is taken back, and nothing more is asked, when the run ends", async () => {
    const asked = new Asked();
    asked.tell("a");
    asked.asks.close();
    await asked.decide(0);
    asked.tell("b");
    expect([asked.open.length, asked.answers]).toEqual([1, []]);
  });

  it("gets its answer in spite of a broken connection, and not from a program that is gone", async () => {
    const asked = new Asked();
    asked.failures = [new ConnectionError("broken"), new ConnectionError("broken")];
    asked.tell("a");
    await asked.decide(0);
    expect([asked.answers.length, asked.taken]).toEqual([3, ["a"]]);
    asked.failures = [new MachineOfflineError("gone")];
    asked.tell("b");
    await asked.decide(1);
    expect([asked.answers.length, asked.taken]).toEqual([4, ["a"]]);
  });

  it("may be refused with the whole turn", async () => {
    const asked = new Asked();
    asked.tell("a");
    await asked.decide(0, { kind: "deny", reason: "stop", interrupt: true });
    expect([asked.answers, asked.interrupts]).toMatchObject([[{ approved: false, reason: "stop" }], 1]);
  });
});
