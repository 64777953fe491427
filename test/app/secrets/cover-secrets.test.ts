import { describe, expect, it } from "vitest";
import { coverSecrets } from "../../../src/app/secrets/cover-secrets.ts";
import { createSecretCover } from "../../../src/app/secrets/secret-cover.ts";
import type { Chat, OutgoingDocument, OutgoingMessage } from "../../../src/bridge/chat-port.ts";
import { plain } from "../../../src/render/text-builder.ts";
import { FakeChat } from "../../bridge/fake-chat.ts";

const TOKEN = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
const OWN = "123456789:the-token-of-this-bot";
const DOTS = "•".repeat(TOKEN.length);
const thread = { chatId: 1 };

/** Keeps what it was told to send as it was told. */
class RecordingChat extends FakeChat {
  readonly messages: OutgoingMessage[] = [];
  readonly documents: OutgoingDocument[] = [];

  override async send(message: OutgoingMessage): Promise<{ chatId: number; messageId: number }> {
    this.messages.push(message);
    return await super.send(message);
  }

  override async sendDocument(document: OutgoingDocument): Promise<{ chatId: number; messageId: number }> {
    this.documents.push(document);
    return await super.sendDocument(document);
  }
}

function covered(): { readonly chat: Chat; readonly inner: RecordingChat } {
  const inner = new RecordingChat();
  const options = { never: [OWN], values: [], allow: [] };
  const chat = coverSecrets(inner, {
    secrets: createSecretCover({ ...options, shapes: true }),
    never: createSecretCover({ ...options, shapes: false }),
    isResumeLine: (line) => line.startsWith("acp --resume "),
  });
  return { chat, inner };
}

describe("the net below everything that is sent", () => {
  it("covers texts, the addresses of links, labels of buttons, captions, files and their names, edits and toasts", async () => {
    const { chat, inner } = covered();
    const link = { type: "text_link", offset: 0, length: 4, url: `https://x.example/?t=${TOKEN}` } as const;
    const sent = await chat.send({
      thread,
      content: { text: `link ${TOKEN}`, entities: [link] },
      keyboard: [[{ label: `use ${TOKEN}`, data: "v1:o:0123456789ab" }]],
      silent: true,
      urgency: "normal",
    });
    await chat.sendDocument({ thread, fileName: `${TOKEN}.md`, text: TOKEN, caption: plain(TOKEN), silent: true });
    expect(inner.messages[0]?.content).toEqual({
      text: `link ${DOTS}`,
      entities: [{ ...link, url: `https://x.example/?t=${DOTS}` }],
    });
    expect(inner.messages[0]?.keyboard).toEqual([[{ label: `use ${DOTS}`, data: "v1:o:0123456789ab" }]]);
    expect(inner.documents[0]).toMatchObject({ fileName: `${DOTS}.md`, text: DOTS, caption: { text: DOTS } });
    await chat.edit({ message: sent, content: plain(TOKEN), urgency: "normal" });
    expect(inner.visible.get(sent.messageId)?.text).toBe(DOTS);
    await chat.answerPress("p", `no ${TOKEN}`);
    expect(inner.toasts).toEqual([`no ${DOTS}`]);
  });

  it("never touches what a button stands for, nor a line that resumes a session", async () => {
    const { chat, inner } = covered();
    const text = `${TOKEN}\nacp --resume ${TOKEN}`;
    const keyboard = [[{ label: "Go", data: `v1:${TOKEN}` }]];
    await chat.send({ thread, content: plain(text), keyboard, silent: true, urgency: "normal" });
    expect(inner.messages[0]?.content.text).toBe(`${DOTS}\nacp --resume ${TOKEN}`);
    expect(inner.messages[0]?.keyboard?.[0]?.[0]?.data).toBe(`v1:${TOKEN}`);
  });

  it("lets through what a user asked to see, but the bot's own token never", async () => {
    const { chat, inner } = covered();
    const content = plain(`${TOKEN} ${OWN}\nacp --resume ${OWN}`);
    await chat.send({ thread, content, silent: true, urgency: "normal", reveals: true });
    await chat.send({ thread, content, silent: true, urgency: "normal" });
    const dots = "•".repeat(OWN.length);
    expect(inner.sent).toEqual([`${TOKEN} ${dots}\nacp --resume ${dots}`, `${DOTS} ${dots}\nacp --resume ${dots}`]);
  });
});
