import { describe, expect, it } from "vitest";
import { MetadataConflictError, MetadataUpdateError } from "../../../../runners/happy/client/errors.ts";
import { withSetting, type Setting } from "./setting.ts";

async function session({ client, machine }: Setting): Promise<string> {
  return await client.spawnSession({ machineId: machine.id, directory: "/home/user/project" });
}

/** Metadata that somebody else writes in between. */
function others({ machine }: Setting, count: number): readonly string[] {
  const { cipher } = machine.session.options;
  return Array.from({ length: count }, (_, number) => cipher.encrypt({ path: "/elsewhere", theirs: number }));
}

describe("a change of metadata", () => {
  it("loses nothing that others change at the same time", async () => {
    await withSetting(async (setting) => {
      const { client, server } = setting;
      const sessionId = await session(setting);
      server.faults.conflictWith(...others(setting, 3));
      const changed = await client.updateSessionMetadata(sessionId, { mine: true });
      expect(changed).toMatchObject({ metadata: { path: "/elsewhere", theirs: 2, mine: true }, metadataVersion: 4 });
      expect((await client.getSession(sessionId)).metadata).toEqual(changed.metadata);
    });
  });

  it("that loses ten times in a row is a MetadataConflictError", async () => {
    await withSetting(async (setting) => {
      const sessionId = await session(setting);
      setting.server.faults.conflictWith(...others(setting, 10));
      await expect(setting.client.setSessionName(sessionId, "name")).rejects.toThrow(MetadataConflictError);
    });
  });

  it("that is not acknowledged is a MetadataUpdateError", async () => {
    await withSetting(async (setting) => {
      const sessionId = await session(setting);
      setting.server.faults.silentAcks.add("update-metadata");
      const client = setting.clientWith({ ackMs: 100 });
      await expect(client.setSessionName(sessionId, "name")).rejects.toThrow(MetadataUpdateError);
    });
  });

  it("by two at once leaves both", async () => {
    await withSetting(async (setting) => {
      const sessionId = await session(setting);
      const clients = [setting.clientWith({}), setting.clientWith({}), setting.clientWith({})];
      await Promise.all(
        clients.map((client, number) => client.updateSessionMetadata(sessionId, { [`key${number}`]: number })),
      );
      expect((await setting.client.getSession(sessionId)).metadata).toMatchObject({ key0: 0, key1: 1, key2: 2 });
    });
  });
});
