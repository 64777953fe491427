import { GrammyError } from "grammy";
import { toRunId, type RunId } from "../../../src/domain/run.ts";
import { Outbox, type OutboxCall } from "../../../src/telegram/outbox/outbox.ts";
import { FakeClock } from "../fake-clock.ts";
import { RecordingLog } from "../recording-log.ts";

export const RUN: RunId = toRunId("000000000001");

/** One call as the server saw it. */
export interface Arrival {
  readonly chatId: number;
  readonly label: string;
  readonly urgency: OutboxCall<string>["urgency"];
  readonly startedAt: number;
  readonly arrivedAt: number;
}

export type Order = Partial<Omit<OutboxCall<string>, "perform">> & { readonly label: string };

/** An outbox whose calls reach a recording server on a stepped clock. */
export class OutboxHarness {
  readonly clock: FakeClock = new FakeClock();
  readonly log: RecordingLog = new RecordingLog();
  readonly outbox: Outbox = new Outbox({ clock: this.clock, log: this.log });
  readonly arrivals: Arrival[] = [];
  /** Faults thrown by the next calls of a label, first one first. */
  readonly faults: Map<string, unknown[]> = new Map();
  /** Time from start to arrival, and from arrival to the answer. */
  latency: () => readonly [number, number] = () => [0, 0];

  /** Queues a call that resolves to its label. */
  call({ label, ...order }: Order): Promise<string> {
    const { chatId = 1, urgency = "normal" } = order;
    const perform = (): Promise<string> => this.#perform({ chatId, label, urgency });
    const result = this.outbox.call({ method: "sendMessage", ...order, chatId, group: chatId < 0, urgency, perform });
    // Tests look at it later: until then a rejection is not unhandled.
    result.catch(() => {});
    return result;
  }

  /** Queues a progress edit of one message per chat. */
  edit(label: string, order: Partial<Order> = {}): Promise<string> {
    return this.call({ urgency: "progress", key: `edit:${order.chatId ?? 1}`, runId: RUN, ...order, label });
  }

  /** Labels in order of their start; of one chat if given. */
  labels(chatId?: number): string[] {
    return this.arrivals
      .filter((arrival) => chatId === undefined || arrival.chatId === chatId)
      .map(({ label }) => label);
  }

  async #perform(call: Pick<Arrival, "chatId" | "label" | "urgency">): Promise<string> {
    const startedAt = this.clock.now();
    const [there, back] = this.latency();
    this.arrivals.push({ ...call, startedAt, arrivedAt: startedAt + there });
    if (there + back > 0) await new Promise<void>((resolve) => void this.clock.setTimer(there + back, resolve));
    const fault = this.faults.get(call.label)?.shift();
    if (fault !== undefined) throw fault;
    return call.label;
  }
}

/** What grammY throws for a 429. */
export function flood(retryAfterSeconds: number): GrammyError {
  const description = `Too Many Requests: retry after ${retryAfterSeconds}`;
  const parameters = { retry_after: retryAfterSeconds };
  return new GrammyError("Call failed!", { ok: false, error_code: 429, description, parameters }, "sendMessage", {});
}

/** Looks at a promise without waiting for it. */
export async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  const pending = new Promise<string>((resolve) => setImmediate(() => resolve("pending")));
  const name = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : "unknown");
  return Promise.race([promise.then(String, name), pending]);
}
