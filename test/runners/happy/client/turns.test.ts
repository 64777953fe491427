// Turns over the real wire: what the rule of `turn.ts` needs of sockets, calls and messages.
import { describe, expect, it } from "vitest";
import { MachineOfflineError, SessionNotFound } from "../../../../runners/happy/client/errors.ts";
import type { SessionEvent } from "../../../../runners/happy/client/session-event.ts";
import { withSetting, type Setting } from "./setting.ts";

async function ask({ client, machine }: Setting, text: string): Promise<string> {
  const sessionId = await client.spawnSession({ machineId: machine.id, directory: "/home/user/project" });
  await client.sendMessage(sessionId, text);
  return sessionId;
}

describe("a turn", () => {
  it.each([
    ["whose end is lost", "LOST_END", "The end is lost."],
    ["that is split in two", "SPLIT", "Done."],
    ["with tools", "TOOLS", "Two tools were used."],
    ["without a word", "EMPTY", ""],
  ])("%s is over with its answer", async (_, prompt, text) => {
    await withSetting(async (setting) => {
      const sessionId = await ask(setting, prompt);
      expect(await setting.client.waitForTurnCompletion(sessionId)).toMatchObject({ status: "completed", text });
    });
  });

  it("that failed says so", async () => {
    await withSetting(async (setting) => {
      const sessionId = await ask(setting, "FAIL");
      expect(await setting.client.waitForTurnCompletion(sessionId)).toEqual({ status: "failed", text: "" });
    });
  });

  it("that is over before it is waited for is seen, too", async () => {
    await withSetting(async (setting) => {
      const sessionId = await ask(setting, "already over");
      await setting.machine.session.played();
      expect(await setting.client.waitForTurnCompletion(sessionId)).toMatchObject({ text: "already over" });
      // By a client that did not send it.
      expect(await setting.clientWith({}).waitForTurnCompletion(sessionId)).toMatchObject({ text: "already over" });
    });
  });

  it("goes on across broken connections, and no message is lost or told twice", async () => {
    await withSetting(async (setting) => {
      const { machine, server } = setting;
      // Silence tells nothing here: the end must be told.
      const client = setting.clientWith({ settleMs: 60_000 });
      const sessionId = await client.spawnSession({ machineId: machine.id, directory: "/home/user/project" });
      const seqs: number[] = [];
      const isUp: boolean[] = [];
      const told = new Map<string, () => void>();
      const live = await client.openSession(sessionId, (event: SessionEvent) => {
        if (event.type === "connection") isUp.push(event.isUp);
        if (event.type === "message") seqs.push(event.message.seq);
        told.get(event.type)?.();
      });
      const asked = new Promise<void>((resolve) => told.set("state", resolve));
      const turn = await live.prompt("PERMISSION");
      await asked;
      const lost = new Promise<void>((resolve) => told.set("connection", resolve));
      server.breakConnections();
      await lost;
      // Said while nobody listens.
      machine.session.takeBack("toolu_ask");
      expect(await turn.outcome).toMatchObject({ status: "completed", by: "turn_end" });
      expect(isUp).toEqual([false, true]);
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
      expect(seqs[0]).toBe(turn.seq + 1);
      expect(seqs.at(-1)).toBe((await client.getMessages(sessionId)).at(-1)?.seq);
      live.close();
    });
  });

  it("is caught up with where the server did not tell", async () => {
    await withSetting(async (setting) => {
      const { client, machine, server } = setting;
      const sessionId = await client.spawnSession({ machineId: machine.id, directory: "/home/user/project" });
      const live = await client.openSession(sessionId, () => {});
      const turn = await live.prompt("PERMISSION", { permissionMode: "default" });
      await machine.session.asks("toolu_ask");
      server.world.isMute = true;
      machine.session.takeBack("toolu_ask");
      await machine.session.played();
      server.world.isMute = false;
      machine.session.alive(false);
      server.notify(setting.account.token, sessionId, "done");
      await machine.session.changeState({ requests: {} });
      expect(await turn.outcome).toMatchObject({ status: "completed" });
      live.close();
    });
  });

  it("that is aborted is cancelled", async () => {
    await withSetting(async (setting) => {
      const { client, machine } = setting;
      const sessionId = await client.spawnSession({ machineId: machine.id, directory: "/home/user/project" });
      let hasBegun: () => void = () => {};
      const begun = new Promise<void>((resolve) => (hasBegun = resolve));
      const live = await client.openSession(sessionId, ({ type }) => type === "message" && hasBegun());
      const { outcome } = await live.prompt("HANG");
      await begun;
      await live.abort();
      expect(await outcome).toEqual({ status: "cancelled", by: "notice", notice: "Aborted by user" });
      live.close();
    });
  });
});

describe("a session that goes away in mid-turn", () => {
  it("with its machine is a MachineOfflineError", async () => {
    await withSetting(async (setting) => {
      const sessionId = await ask(setting, "HANG");
      const waiting = setting.client.waitForTurnCompletion(sessionId);
      await setting.server.connected();
      setting.machine.goOffline();
      await expect(waiting).rejects.toThrow(MachineOfflineError);
    });
  });

  it("goes on where it answers when it is asked whether it is there", async () => {
    await withSetting(async (setting) => {
      const { client, machine, server } = setting;
      const sessionId = await ask(setting, "PERMISSION");
      const waiting = client.waitForTurnCompletion(sessionId);
      await server.connected();
      await machine.session.asks("toolu_ask");
      machine.session.stopBeating();
      machine.loseDaemon();
      await machine.session.answered(1);
      machine.session.takeBack("toolu_ask");
      expect(await waiting).toMatchObject({ status: "completed" });
    });
  });

  it("by being stopped is the end of the turn, without an answer", async () => {
    await withSetting(async (setting) => {
      const { client, server } = setting;
      const sessionId = await ask(setting, "HANG");
      const waiting = client.waitForTurnCompletion(sessionId);
      await server.connected();
      await client.stopSession(sessionId);
      expect(await waiting).toMatchObject({ status: "stopped", text: "I will take my time." });
    });
  });

  it("by being deleted is a SessionNotFound", async () => {
    await withSetting(async (setting) => {
      const { client, server } = setting;
      const sessionId = await ask(setting, "HANG");
      const waiting = client.waitForTurnCompletion(sessionId);
      await server.connected();
      await client.deleteSession(sessionId);
      await expect(waiting).rejects.toThrow(SessionNotFound);
    });
  });
});
