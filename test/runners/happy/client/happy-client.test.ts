import { describe, expect, it } from "vitest";
import {
  AuthenticationError,
  ConnectionError,
  EncryptionError,
  HappyError,
  MachineOfflineError,
  SessionNotFound,
  SpawnError,
  TimeoutError,
} from "../../../../runners/happy/client/errors.ts";
import { HappyClient } from "../../../../runners/happy/client/happy-client.ts";
import { FakeMachine } from "../fake-happy-server/fake-machine.ts";
import { signUp } from "../fake-happy-server/fake-account.ts";
import { withSetting, type Setting } from "./setting.ts";

const directory = "/home/user/project";

async function spawn({ client, machine }: Setting): Promise<string> {
  return await client.spawnSession({ machineId: machine.id, directory });
}

describe.each([
  ["data keys and the session protocol", false],
  ["the account's secret and older messages", true],
])("with %s, a session", (_, isOld) => {
  it("is spawned, prompted, waited for, read, stopped and deleted", async () => {
    await withSetting(
      async (setting) => {
        const { client, machine } = setting;
        const sessionId = await client.spawnSession({ machineId: machine.id, directory, agent: "codex" });
        await client.sendMessage(sessionId, "héllo 🐙");
        const result = await client.waitForTurnCompletion(sessionId, { timeoutSeconds: 10 });
        expect(result).toMatchObject({ status: "completed", text: "héllo 🐙" });
        const messages = await client.getMessages(sessionId);
        expect(messages[0]).toMatchObject({ seq: 1, content: { role: "user", content: { text: "héllo 🐙" } } });
        expect(messages.map(({ seq }) => seq)).toEqual(messages.map((__, index) => index + 1));
        expect(await client.isAlive(sessionId)).toBe(true);
        await client.stopSession(sessionId);
        expect(await client.isAlive(sessionId)).toBe(false);
        await client.deleteSession(sessionId);
        await expect(client.getSession(sessionId)).rejects.toThrow(SessionNotFound);
        expect(machine.spawned).toMatchObject([{ directory, agent: "codex", approvedNewDirectoryCreation: false }]);
      },
      { isOld },
    );
  });

  it("is done with a task and stopped", async () => {
    await withSetting(
      async ({ client, machine, server }) => {
        const sessionId = await client.runTask({ machineId: machine.id, directory, prompt: "TOOLS" });
        // Nothing keeps a program running that is through with it.
        await server.deserted();
        expect(machine.session.prompts).toMatchObject([{ text: "TOOLS", meta: { permissionMode: "yolo" } }]);
        expect(machine.session.isConnected).toBe(false);
        expect((await client.getSession(sessionId)).active).toBe(false);
      },
      { isOld },
    );
  });

  it("has a name, and keeps what its program wrote of itself", async () => {
    await withSetting(
      async ({ client, machine }) => {
        const sessionId = await client.spawnSession({ machineId: machine.id, directory, name: "Nightly build" });
        const renamed = await client.setSessionName(sessionId, "Nightly build (retry)");
        expect(await client.getSession(sessionId)).toMatchObject({
          metadata: { path: directory, name: "Nightly build (retry)", summary: { text: "Nightly build (retry)" } },
          metadataVersion: renamed.metadataVersion,
        });
        expect(renamed.metadataVersion).toBe(2);
      },
      { isOld },
    );
  });
});

describe("sessions and machines", () => {
  it("are listed, those that another secret opens left out", async () => {
    await withSetting(async (setting) => {
      const { server, account, client, machine } = setting;
      const [one, two] = [await spawn(setting), await spawn(setting)];
      await client.stopSession(one);
      const stranger = { ...(await signUp(server)), token: account.token };
      const other = await FakeMachine.start({ server, account: stranger, host: "stranger" });
      await new HappyClient({
        serverUrl: server.url,
        token: account.token,
        secretB64: stranger.secretB64,
      }).spawnSession({
        machineId: other.id,
        directory,
      });
      expect((await client.listSessions()).map(({ id }) => id).toSorted()).toEqual([one, two].toSorted());
      expect((await client.listSessions({ activeOnly: true })).map(({ id }) => id)).toEqual([two]);
      expect((await client.listMachines()).map(({ id }) => id)).toEqual([machine.id]);
      expect(await client.getMachine(machine.id)).toMatchObject({ active: true, metadata: { host: "workstation" } });
      await expect(client.getMachine(other.id)).rejects.toThrow(EncryptionError);
      other.goOffline();
    });
  });

  it("beyond the newest 150 are found, too", async () => {
    await withSetting(async (setting) => {
      const { server, account, client } = setting;
      const first = await spawn(setting);
      const stored = server.accountOf(account.token);
      const { metadata, dataEncryptionKey } = stored.sessions.get(first) ?? { metadata: "", dataEncryptionKey: null };
      for (let count = 0; count < 400; count += 1) {
        const { session } = stored.makeSession({ tag: `tag ${count}`, metadata, dataEncryptionKey });
        session.updatedAt += 1_000 + count;
      }
      expect((await client.getSession(first)).id).toBe(first);
      expect(new Set((await client.listSessions()).map(({ id }) => id)).size).toBe(401);
    });
  });

  it("that do not exist are errors of their own kind", async () => {
    await withSetting(async ({ client }) => {
      await expect(client.getSession("nope")).rejects.toThrow(SessionNotFound);
      await expect(client.deleteSession("nope")).rejects.toThrow(SessionNotFound);
      await expect(client.getMessages("nope")).rejects.toThrow(SessionNotFound);
      await expect(client.setSessionName("nope", "name")).rejects.toThrow(SessionNotFound);
      await expect(client.waitForIdle("nope")).rejects.toThrow(SessionNotFound);
      await expect(client.getMachine("nope")).rejects.toThrow(MachineOfflineError);
      await expect(client.spawnSession({ machineId: "nope", directory })).rejects.toThrow(/no machine nope/u);
    });
  });
});

describe("the start of a session", () => {
  it("in a directory that is not there is a SpawnError, unless it may be made", async () => {
    await withSetting(async ({ client, machine }) => {
      const options = { machineId: machine.id, directory: "/home/user/missing" };
      await expect(client.spawnSession(options)).rejects.toThrow(SpawnError);
      await expect(client.spawnSession(options)).rejects.toThrow(/\/home\/user\/missing does not exist/u);
      await expect(client.spawnSession({ ...options, createDir: true })).resolves.toMatch(/^cm/u);
    });
  });

  it("that its machine gave up waiting for is found by its process", async () => {
    await withSetting(async ({ client, machine }) => {
      const sessionId = await client.spawnSession({ machineId: machine.id, directory: "/home/user/late" });
      expect((await client.getSession(sessionId)).metadata).toMatchObject({ path: "/home/user/late", hostPid: 4001 });
      expect(machine.spawned).toHaveLength(1);
    });
  });

  it("on a machine that is offline is a MachineOfflineError", async () => {
    await withSetting(async (setting) => {
      setting.machine.goOffline();
      await expect(spawn(setting)).rejects.toThrow(MachineOfflineError);
    });
  });
});

describe("a stopped session", () => {
  it("takes no prompts until it is resumed, under the same id", async () => {
    await withSetting(async (setting) => {
      const { client } = setting;
      const sessionId = await spawn(setting);
      await client.stopSession(sessionId);
      await expect(client.sendMessage(sessionId, "anybody?")).rejects.toThrow(MachineOfflineError);
      await client.resumeSession(sessionId);
      // The server goes on calling it stopped, and it is there all the same.
      expect(await client.isAlive(sessionId)).toBe(false);
      expect(await client.isReachable(sessionId)).toBe(true);
      await client.sendMessage(sessionId, "welcome back");
      expect(await client.waitForTurnCompletion(sessionId)).toMatchObject({ text: "welcome back" });
    });
  });

  it("can't be resumed where the machine does not do that, which says what helps", async () => {
    await withSetting(
      async (setting) => {
        const sessionId = await spawn(setting);
        await setting.client.stopSession(sessionId);
        const resuming = setting.client.resumeSession(sessionId);
        await expect(resuming).rejects.toThrow(SpawnError);
        await expect(resuming).rejects.toThrow(/happy-agent auth login/u);
      },
      { resumes: false },
    );
  });

  it("was stopped also where its machine is gone and only the server is left", async () => {
    await withSetting(async (setting) => {
      const sessionId = await spawn(setting);
      setting.machine.goOffline();
      await setting.client.stopSession(sessionId);
      expect((await setting.client.getSession(sessionId)).active).toBe(false);
    });
  });
});

describe("a message", () => {
  it("whose answer was lost is there once", async () => {
    await withSetting(async (setting) => {
      const { client, server, machine } = setting;
      const sessionId = await spawn(setting);
      server.faults.lostAnswers = 1;
      await client.sendMessage(sessionId, "once");
      await client.waitForTurnCompletion(sessionId);
      expect(machine.session.prompts.map(({ text }) => text)).toEqual(["once"]);
      expect((await client.getMessages(sessionId)).filter(({ content }) => content["role"] === "user")).toHaveLength(1);
    });
  });

  it("with the id of an earlier one is not sent again", async () => {
    await withSetting(async (setting) => {
      const { client } = setting;
      const sessionId = await spawn(setting);
      const options = { localId: "mine" };
      const seqs = [
        await client.sendMessage(sessionId, "one", options),
        await client.sendMessage(sessionId, "one", options),
      ];
      expect(seqs).toEqual([1, 1]);
    });
  });

  it("carries the choices of its sender", async () => {
    await withSetting(async (setting) => {
      const { client, machine } = setting;
      const sessionId = await spawn(setting);
      const choices = {
        permissionMode: "plan",
        model: "opus",
        effort: "high",
        appendSystemPrompt: "Be brief.",
      } as const;
      await client.sendMessage(sessionId, "META", choices);
      await client.waitForTurnCompletion(sessionId);
      expect(machine.session.prompts[0]?.meta).toEqual({ sentFrom: "takopi", ...choices });
    });
  });
});

describe("credentials", () => {
  it("that the server does not know are an AuthenticationError, over HTTP and over the socket", async () => {
    await withSetting(async ({ server, account, machine }) => {
      const client = new HappyClient({ serverUrl: server.url, token: "wrong", secretB64: account.secretB64 });
      await expect(client.listMachines()).rejects.toThrow(AuthenticationError);
      await expect(client.spawnSession({ machineId: machine.id, directory })).rejects.toThrow(AuthenticationError);
      await expect(client.listMachines()).rejects.not.toThrow(/wrong/u);
    });
  });

  it("may be the key of one machine, which opens that machine alone", async () => {
    await withSetting(async (setting) => {
      const { server, account, machine } = setting;
      const sessionId = await spawn(setting);
      const secretB64 = Buffer.from(machine.key).toString("base64");
      const client = new HappyClient({ serverUrl: server.url, token: account.token, secretB64 });
      expect((await client.listMachines()).map(({ id }) => id)).toEqual([machine.id]);
      await expect(client.getSession(sessionId)).rejects.toThrow(EncryptionError);
    });
  });
});

describe("a server", () => {
  it("that is not there is a ConnectionError", async () => {
    await withSetting(async ({ server, clientWith, machine }) => {
      await server.goDown();
      const client = clientWith({ connectMs: 300 });
      await expect(client.listSessions()).rejects.toThrow(ConnectionError);
      await expect(client.spawnSession({ machineId: machine.id, directory })).rejects.toThrow(ConnectionError);
    });
  });

  it("that is no Happy server, or out of order, is an error in words", async () => {
    await withSetting(async ({ server, client }) => {
      server.faults.httpStatus = 500;
      await expect(client.listSessions()).rejects.toThrow(HappyError);
      await expect(client.listSessions()).rejects.toThrow(/refused GET \/v1\/sessions \(500\): .*out of order/u);
    });
  });
});

describe("a wait", () => {
  it("is over when the time is up", async () => {
    await withSetting(async (setting) => {
      const sessionId = await spawn(setting);
      await setting.client.sendMessage(sessionId, "HANG");
      const waiting = setting.client.waitForTurnCompletion(sessionId, { timeoutSeconds: 0.2 });
      await expect(waiting).rejects.toThrow(TimeoutError);
    });
  });

  it("is over when the caller no longer wants to wait", async () => {
    await withSetting(async (setting) => {
      const sessionId = await spawn(setting);
      await setting.client.sendMessage(sessionId, "HANG");
      const stopper = new AbortController();
      const waiting = setting.client.waitForTurnCompletion(sessionId, { signal: stopper.signal });
      await setting.server.connected();
      const reason = new Error("enough");
      stopper.abort(reason);
      await expect(waiting).rejects.toBe(reason);
    });
  });

  it("is over when the client is closed", async () => {
    await withSetting(async (setting) => {
      const { client, server } = setting;
      const sessionId = await spawn(setting);
      await client.sendMessage(sessionId, "HANG");
      const waiting = client.waitForTurnCompletion(sessionId);
      await server.connected();
      client.close();
      await expect(waiting).rejects.toThrow(ConnectionError);
      await server.deserted();
      await expect(client.waitForIdle(sessionId)).rejects.toThrow(/was closed/u);
    });
  });

  it("for idleness ends when nothing is asked any more", async () => {
    await withSetting(async (setting) => {
      const { client, machine } = setting;
      const sessionId = await spawn(setting);
      await client.waitForIdle(sessionId);
      const asked = machine.session.ask("toolu_1", { tool: "Bash", args: {} });
      await machine.session.asks("toolu_1");
      await expect(client.waitForIdle(sessionId, { timeoutSeconds: 0.1 })).rejects.toThrow(TimeoutError);
      const idle = client.waitForIdle(sessionId);
      machine.session.takeBack("toolu_1");
      await Promise.all([idle, asked]);
    });
  });
});
