import type { JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import type { PlanMode } from "./known-agents.ts";
import type { Session } from "./open-session.ts";
import { settingCall } from "./settings.ts";
import type { Update } from "./updates.ts";

/**
 * Takes an agent to the mode in which it does not ask before edits, after a plan was approved so. It has to leave its plan mode first, and
 * chooses a mode itself while it does: the wish is sent as soon as the mode changes, and once more when the plan's call has ended.
 */
export class EditAcceptance {
  readonly #peer: Pick<JsonRpcPeer, "request">;
  readonly #session: Session;
  readonly #plans: PlanMode;
  /** The call of the plan that was approved. */
  #planCall: string | undefined;

  constructor(peer: Pick<JsonRpcPeer, "request">, session: Session, plans: PlanMode) {
    this.#peer = peer;
    this.#session = session;
    this.#plans = plans;
  }

  wish(planCall: string): void {
    this.#planCall = planCall;
  }

  /** Looks at an update of the agent; resolves when what followed from it is done. */
  async notice(update: Update): Promise<void> {
    if (this.#planCall === undefined) return;
    if (update.type === "mode" && update.mode !== this.#plans.on && update.mode !== this.#plans.edits)
      await this.#set();
    const isOver = update.type === "tool" && update.patch.id === this.#planCall && update.patch.status === "completed";
    if (!isOver) return;
    this.#planCall = undefined;
    await this.#set();
  }

  async #set(): Promise<void> {
    const { edits } = this.#plans;
    const call = edits === undefined ? undefined : settingCall(this.#session.fields, "mode", edits);
    if (call?.kind === "call") await this.#peer.request(call.method, { sessionId: this.#session.id, ...call.params });
  }
}
