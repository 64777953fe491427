import { agentCommand } from "../../../src/bridge/choices/agent-command.ts";
import { optionCommand } from "../../../src/bridge/choices/option-command.ts";
import { continueCommand, sessionsCommand } from "../../../src/bridge/choices/sessions-command.ts";
import { pressButton } from "../../../src/bridge/presses/press-button.ts";
import type { IncomingMessage } from "../../../src/domain/incoming.ts";
import type { Thread } from "../../../src/domain/thread.ts";
import type { SessionSummary } from "../../../src/runner/runner.ts";
import { type ListSessions, type ScriptedRun, ScriptedRunner, token } from "../../factories.ts";
import { settled } from "../../telegram/fake-clock.ts";
import { type BridgeOptions, BridgeUnderTest, CHAT } from "../bridge-under-test.ts";
import type { VisibleMessage } from "../fake-chat.ts";

type Sessions = readonly SessionSummary[] | ListSessions;

/** A topic of the chat. */
export const TOPIC: Thread = { chatId: CHAT, topicId: 9 };

export function session(
  value: string,
  more: Partial<SessionSummary> & { readonly engine?: string } = {},
): SessionSummary {
  const { engine = "scripted", ...rest } = more;
  return { token: token(value, engine), title: `title of ${value}`, cwd: "/work", updatedAt: 900_000, ...rest };
}

/** Three engines: `scripted`, which is the default, `codex`, and `gone`, which can't run. A fourth, `plain`, can do next to nothing. */
export class Choosing {
  readonly bridge: BridgeUnderTest;
  readonly codex: ScriptedRunner;

  private constructor(bridge: BridgeUnderTest, codex: ScriptedRunner) {
    this.bridge = bridge;
    this.codex = codex;
  }

  static async begin(
    options: BridgeOptions & { readonly sessions?: Sessions; readonly codexSessions?: Sessions } = {},
  ): Promise<Choosing> {
    const { sessions, codexSessions } = options;
    const codex = new ScriptedRunner({
      engine: "codex",
      capabilities: { model: true, effort: ["low", "medium", "high"] },
      ...(codexSessions && { sessions: codexSessions }),
    });
    const runner = new ScriptedRunner({
      capabilities: { model: true, effort: ["low", "high"] },
      ...(sessions && { sessions }),
    });
    const others = [
      codex,
      new ScriptedRunner({ engine: "plain" }),
      new ScriptedRunner({ engine: "gone", sessions: [session("x")] }),
    ];
    const bridge = new BridgeUnderTest({ runner, others, missing: ["gone"], ...options });
    await bridge.open();
    return new Choosing(bridge, codex);
  }

  /** The same chat after the bot was started again. */
  async restarted(): Promise<Choosing> {
    const { codex } = this;
    const runner = new ScriptedRunner({ capabilities: this.bridge.runner.capabilities });
    const bridge = await this.bridge.restarted({ runner, others: [codex] });
    return new Choosing(bridge, codex);
  }

  /** Sends a command and returns the answer. */
  async say(text: string, more: Partial<IncomingMessage> = {}): Promise<VisibleMessage> {
    const message = this.bridge.message(text, more);
    this.send(message);
    await settled();
    return this.answerTo(message);
  }

  send(message: IncomingMessage): void {
    const { deps, store, clock } = this.bridge;
    store.receiveUpdate({ updateId: message.updateId, payload: "{}", receivedAt: clock.now() });
    if (message.text.startsWith("/agent")) agentCommand(deps, message);
    else if (message.text.startsWith("/model")) optionCommand(deps, message, "model");
    else if (message.text.startsWith("/reasoning")) optionCommand(deps, message, "effort");
    else if (message.text.startsWith("/sessions")) void sessionsCommand(deps, message);
    else void continueCommand(deps, message);
  }

  /** The newest message under this one. */
  answerTo({ messageId }: Pick<IncomingMessage, "messageId">): VisibleMessage {
    const shown = [...this.bridge.chat.visible.values()].findLast(({ replyTo }) => replyTo === messageId);
    if (shown === undefined) throw new Error("there is no answer");
    return shown;
  }

  now({ ref }: VisibleMessage): VisibleMessage {
    const shown = this.bridge.chat.visible.get(ref.messageId);
    if (shown === undefined) throw new Error("the message is gone");
    return shown;
  }

  labels(message: VisibleMessage): readonly string[] {
    return message.keyboard.flat().map(({ label }) => label);
  }

  async press(message: VisibleMessage, label: string, thread: Thread = { chatId: CHAT }): Promise<string | undefined> {
    const button = message.keyboard.flat().find((candidate) => candidate.label === label);
    if (button === undefined) throw new Error(`there is no button ${label} but ${this.labels(message).join(", ")}`);
    pressButton(this.bridge.deps, { ...this.bridge.press(button.data, message.ref.messageId), thread });
    await settled();
    return this.bridge.chat.toasts.at(-1);
  }

  /** A prompt, and the run of it in that engine. */
  async run(text: string, more: Partial<IncomingMessage> & { readonly engine?: "codex" } = {}): Promise<ScriptedRun> {
    const { engine, ...message } = more;
    this.bridge.prompt(text, message);
    return await (engine === "codex" ? this.codex : this.bridge.runner).nextRun();
  }
}
