import type {
  ApprovalRequest,
  Decision,
  DecisionRequest,
  PlanRequest,
  QuestionRequest,
} from "../../../src/domain/decision.ts";
import { replyToDecision } from "../../../src/bridge/decisions/answer-decision.ts";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import { started, type ScriptedRun, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { type BridgeOptions, BridgeUnderTest } from "../bridge-under-test.ts";
import type { VisibleMessage } from "../fake-chat.ts";

export function approval(more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    kind: "approval",
    id: "r1",
    tool: "Bash",
    title: "npm publish",
    input: { command: "npm publish" },
    scopes: ["once"],
    ...more,
  };
}

export function plan(markdown = "# Plan\n\n1. Do it"): PlanRequest {
  return { kind: "plan", id: "p1", markdown };
}

export function colours(
  more: Partial<QuestionRequest["questions"][number]> = {},
): QuestionRequest["questions"][number] {
  const options = [{ label: "Red" }, { label: "Blue", description: "as the sky" }];
  return { id: "colour", text: "Which colour?", options, multiSelect: false, allowFreeText: true, ...more };
}

/** A bridge with one run that works in its session and can ask. */
export class Asking {
  readonly bridge: BridgeUnderTest;
  readonly run: ScriptedRun;

  private constructor(bridge: BridgeUnderTest, run: ScriptedRun) {
    this.bridge = bridge;
    this.run = run;
  }

  static async begin(options: BridgeOptions = {}): Promise<Asking> {
    const bridge = new BridgeUnderTest(options);
    await bridge.open();
    bridge.prompt("fix it");
    const run = await bridge.runner.nextRun();
    run.emit(started(token("s1")));
    await settled();
    return new Asking(bridge, run);
  }

  /** Asks; `shown` is the message with the buttons, `decision` what the engine gets. */
  async ask(
    request: DecisionRequest,
    withdrawn?: AbortSignal,
  ): Promise<{ shown: VisibleMessage; decision: Promise<Decision> }> {
    const decision = this.run.host.decide(request, withdrawn);
    await settled();
    return { shown: this.latestAsking(), decision };
  }

  latestAsking(): VisibleMessage {
    const shown = [...this.bridge.chat.visible.values()].findLast(({ text }) => text.startsWith("scripted asks"));
    if (shown === undefined) throw new Error("nothing is asked");
    return shown;
  }

  /** The message as it is now. */
  now({ ref }: VisibleMessage): VisibleMessage {
    const shown = this.bridge.chat.visible.get(ref.messageId);
    if (shown === undefined) throw new Error("the message is gone");
    return shown;
  }

  /** Presses the button with this label under the message as it is now. Returns what the presser is told. */
  async press(message: VisibleMessage, label: string, senderId?: number): Promise<string | undefined> {
    const button = this.now(message)
      .keyboard.flat()
      .find((candidate) => candidate.label === label);
    if (button === undefined) throw new Error(`there is no button ${label}`);
    return await this.pressData(message, button.data, senderId);
  }

  async pressData({ ref }: VisibleMessage, data: string, senderId = 1001): Promise<string | undefined> {
    const press = this.bridge.press(data, ref.messageId);
    pressButton(this.bridge.deps, { ...press, sender: { id: senderId, name: `User ${senderId}` } });
    await settled();
    return this.bridge.chat.toasts.at(-1);
  }

  /** Replies to the message. Returns whether it was taken as an answer. */
  async reply({ ref }: VisibleMessage, text: string, senderId = 1001): Promise<boolean> {
    const replyTo = { messageId: ref.messageId, fromBot: true };
    const message = this.bridge.message(text, { replyTo, sender: { id: senderId, name: `User ${senderId}` } });
    const isTaken = replyToDecision(this.bridge.deps, message);
    await settled();
    return isTaken;
  }

  labels(message: VisibleMessage): readonly string[] {
    return this.now(message)
      .keyboard.flat()
      .map(({ label }) => label);
  }
}
