import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChatError, type Chat } from "../../src/bridge/chat-port.ts";
import { createApi } from "../../src/telegram/create-api.ts";
import { Outbox } from "../../src/telegram/outbox/outbox.ts";
import { createTelegramChat } from "../../src/telegram/telegram-chat.ts";
import { FakeBotApi, refusal, type BotApiAnswer } from "./fake-bot-api.ts";
import { FakeClock } from "./fake-clock.ts";
import { RecordingLog } from "./recording-log.ts";

const clock = new FakeClock();
let server: FakeBotApi;
let outbox: Outbox;
let chat: Chat;

beforeEach(async () => {
  server = new FakeBotApi();
  const log = new RecordingLog();
  outbox = new Outbox({ clock, log });
  chat = createTelegramChat({ api: await server.start(), outbox, clock, log });
});

afterEach(() => server.stop());

async function sendFault(through = chat): Promise<ChatError> {
  const content = { text: "hello", entities: [] };
  const error: unknown = await through
    .send({ thread: { chatId: 7 }, content, silent: false, urgency: "final" })
    .catch((reason: unknown) => reason);
  if (error instanceof ChatError) return error;
  throw new Error("the send did not fail with a ChatError", { cause: error });
}

async function faultAfter(answer: BotApiAnswer): Promise<string> {
  server.script("sendMessage", answer);
  const { fault } = await sendFault();
  expect(server.of("sendMessage")).toHaveLength(1);
  return fault;
}

describe("a send that fails", () => {
  it.each([
    [403, "Forbidden: bot was blocked by the user"],
    [403, "Forbidden: bot was kicked from the supergroup chat"],
    [403, "Forbidden: user is deactivated"],
    [400, "Bad Request: chat not found"],
    [400, "Bad Request: not enough rights to send text messages to the chat"],
    [400, "Bad Request: have no rights to send a message"],
    [400, "Bad Request: CHAT_WRITE_FORBIDDEN"],
  ])("means a closed chat: %i %s", async (code, description) => {
    expect(await faultAfter(refusal(code, description))).toBe("chat_closed");
  });

  it.each([
    [400, "Bad Request: message text is empty"],
    [413, "Request Entity Too Large"],
  ])("is rejected for good: %i %s", async (code, description) => {
    expect(await faultAfter(refusal(code, description))).toBe("rejected");
  });

  it.each([
    [500, "Internal Server Error"],
    [502, "Bad Gateway"],
    [401, "Unauthorized"],
  ])("surely did not happen: %i %s", async (code, description) => {
    expect(await faultAfter(refusal(code, description))).toBe("unavailable");
  });

  it("may have happened when the connection is cut after the request", async () => {
    expect(await faultAfter("reset")).toBe("uncertain");
  });

  it("may have happened when a gateway answers with a page", async () => {
    expect(await faultAfter({ status: 502, body: "<html>Bad Gateway</html>" })).toBe("uncertain");
  });

  it("may have happened when a gateway answers with JSON of its own", async () => {
    expect(await faultAfter({ status: 504, body: { error: "upstream timed out" } })).toBe("uncertain");
  });

  it("may have happened when no answer comes in 30 s", async () => {
    server.script("sendMessage", "hang");
    const failed = sendFault();
    await server.called("sendMessage", 1);
    await clock.advance(30_000);
    expect((await failed).fault).toBe("uncertain");
  });

  it("surely did not happen when nobody listens, or the host is unknown", async () => {
    const unused = new FakeBotApi();
    const refusing = await unused.start();
    await unused.stop();
    const unknown = createApi({ token: "1:secret", apiRoot: "http://telegram.invalid" });
    for (const api of [refusing, unknown]) {
      const error = await sendFault(createTelegramChat({ api, outbox, clock, log: new RecordingLog() }));
      expect(error.fault).toBe("unavailable");
      expect(JSON.stringify([error.message, error])).not.toContain("secret");
    }
  });

  it("did not happen when the outbox was stopped before", async () => {
    await outbox.stop();
    expect((await sendFault()).fault).toBe("unavailable");
  });
});

describe("a hanging progress edit", () => {
  it("holds up its chat for at most ten seconds", async () => {
    server.script("editMessageText", "hang");
    const content = { text: "step", entities: [] };
    const edit = chat.edit({ message: { chatId: 7, messageId: 1 }, content, urgency: "progress" });
    await server.called("editMessageText", 1);
    const sent = chat.send({ thread: { chatId: 7 }, content, silent: false, urgency: "final" });
    await clock.advance(10_000);
    expect(await sent).toEqual({ chatId: 7, messageId: 100 });
    await clock.timerOf(500);
    await clock.advance(5000);
    expect(await edit).toBe("edited");
  });
});
