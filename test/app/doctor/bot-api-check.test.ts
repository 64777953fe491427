import { describe, expect, it } from "vitest";
import { checkChat, checkToken } from "../../../src/app/doctor/bot-api-check.ts";
import { TOKEN } from "../../config/factories.ts";
import { knowingBot, serveBotApi } from "../fake-bot-api.ts";

describe("checkToken", () => {
  it("gives the name of the bot", async () => {
    expect(await checkToken(await serveBotApi(knowingBot(TOKEN)), TOKEN)).toEqual({
      kind: "ok",
      username: "pocket_bot",
    });
  });

  it("asks nobody about what can't be a token", async () => {
    const unused = "http://127.0.0.1:9";
    for (const text of ["", "hello", "123456", "123456:short", `https://${TOKEN}`]) {
      expect(await checkToken(unused, text)).toMatchObject({ kind: "bad_shape" });
    }
  });

  it("tells a token that is refused from a server that is not there", async () => {
    const apiRoot = await serveBotApi(knowingBot("2:other"));
    expect(await checkToken(apiRoot, TOKEN)).toMatchObject({ kind: "refused" });
    expect(await checkToken("http://127.0.0.1:9", TOKEN)).toEqual({
      kind: "unreachable",
      problem: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:9 can't be used \(.+\): check the network, a proxy or api_root$/,
      ),
    });
  });

  it("does not take a proxy's error page for an answer", async () => {
    const apiRoot = await serveBotApi(() => ({ status: 502, body: "<html>Bad gateway</html>" }));
    expect(await checkToken(apiRoot, TOKEN)).toMatchObject({
      kind: "unreachable",
      problem: expect.stringContaining("it answered with status 502"),
    });
  });

  it("never says the token", async () => {
    const apiRoot = await serveBotApi(() => ({ status: 500, body: "" }));
    for (const root of [apiRoot, "http://127.0.0.1:9", "not an address"]) {
      expect(JSON.stringify(await checkToken(root, TOKEN))).not.toContain(TOKEN);
    }
  });
});

describe("checkChat", () => {
  it("gives what the chat is called, or why the bot can't see it", async () => {
    const apiRoot = await serveBotApi(knowingBot(TOKEN));
    expect(await checkChat({ apiRoot, token: TOKEN }, 5)).toEqual({ kind: "ok", title: "private Ada" });
    expect(await checkChat({ apiRoot, token: TOKEN }, -2000)).toEqual({
      kind: "refused",
      problem: "Bad Request: chat not found",
    });
    expect(await checkChat({ apiRoot: "http://127.0.0.1:9", token: TOKEN }, 5)).toMatchObject({ kind: "unreachable" });
  });
});
