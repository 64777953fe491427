// Everything that was recorded from the real server can be read, and reads as what its sender wrote.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { RecordOpener } from "../../../../runners/happy/client/crypto/record-cipher.ts";
import type { Cipher } from "../../../../runners/happy/client/crypto/cipher.ts";
import { openMachineRecord, openMessage, openSessionRecord } from "../../../../runners/happy/client/records.ts";
import {
  callAckSchema,
  changeAckSchema,
  machineRecordSchema,
  messagePageSchema,
  messageRecordSchema,
  sentSchema,
} from "../../../../runners/happy/client/schema.ts";
import { decodeEphemeral, decodeUpdate, type Update } from "../../../../runners/happy/client/updates.ts";
import { decodeMessage } from "../../../../runners/happy/client/decode-message.ts";
import { isFields } from "../../../../src/runner/fields.ts";
import { bodyOf, readRecording, recordings, type RecordedLine } from "./recording.ts";
import { bytes, vectors } from "./vectors.ts";

function openerOf(name: string): RecordOpener {
  const folder = name.split("/")[0] ?? "";
  return new RecordOpener(bytes(vectors.fixtureAccounts[folder] ?? ""));
}

/** The ciphers of the sessions in a recording, by id. */
function ciphersIn(lines: readonly RecordedLine[], opener: RecordOpener): ReadonlyMap<string, Cipher> {
  const made = lines.map((line) => decodeUpdate(bodyOf(line))).filter((update) => update?.type === "session_made");
  return new Map(made.map(({ record }) => [record.id, openSessionRecord(opener, record).cipher]));
}

describe.each(recordings)("%s", (name) => {
  const lines = readRecording(name);
  const opener = openerOf(name);
  const ciphers = ciphersIn(lines, opener);

  it("has only updates and ephemerals that are known", () => {
    const known = lines.filter(({ event }) => event === "update").map((line) => decodeUpdate(bodyOf(line)));
    const passing = lines.filter(({ event }) => event === "ephemeral").map(({ wire }) => decodeEphemeral(wire));
    expect([...known, ...passing]).not.toContain(undefined);
  });

  it("has sessions, metadata, states and messages that decrypt to what was recorded beside them", () => {
    for (const line of lines.filter(({ event }) => event === "update")) {
      const update = decodeUpdate(bodyOf(line));
      if (update !== undefined) expect(plainOf(update, opener, ciphers)).toMatchObject(line.plain ?? {});
    }
  });

  it("has no message that says something unknown", () => {
    const messages = lines.filter((line) => line.event === "update" && bodyOf(line)["t"] === "new-message");
    const said = messages.flatMap(({ plain }) => (isFields(plain) ? decodeMessage(plain) : []));
    expect(said.filter(({ type }) => type === "unknown")).toEqual([]);
    expect(said.length).toBeGreaterThanOrEqual(messages.length);
  });

  it("has machines and answers of a form that is understood", () => {
    const answers = lines.filter(({ status }) => status === 200);
    for (const { http, response } of answers) {
      if (http === "GET /v1/machines") {
        for (const machine of z.array(z.unknown()).parse(response))
          openMachineRecord(opener, machineRecordSchema.parse(machine));
      }
      if (http?.startsWith("POST /v3") === true) sentSchema.parse(response);
      if (http?.startsWith("GET /v3") === true)
        for (const message of messagePageSchema.parse(response).messages) messageRecordSchema.parse(message);
    }
    expect(answers.length).toBeGreaterThan(0);
  });

  it("has acknowledgements of a form that is understood", () => {
    for (const { ack } of lines.filter(({ rpc }) => rpc !== undefined)) {
      // The recordings leave out what a call answered, in its encrypted form.
      const whole = isFields(ack) && ack["ok"] === true ? { ...ack, result: "" } : ack;
      expect(callAckSchema.safeParse(whole).success).toBe(true);
    }
    for (const { ack } of lines.filter(({ emit }) => emit === "update-metadata")) {
      expect(changeAckSchema.safeParse(ack).success).toBe(true);
    }
  });
});

/** What an update says, in the form the recordings have beside it. */
function plainOf(update: Update, opener: RecordOpener, ciphers: ReadonlyMap<string, Cipher>): object {
  switch (update.type) {
    case "session_made":
      return openSessionRecord(opener, update.record).session;
    case "session_changed": {
      const cipher = ciphers.get(update.sessionId);
      const read = (value: string | null | undefined): unknown => (value ? cipher?.decrypt(value) : undefined);
      return { metadata: read(update.metadata?.value), agentState: read(update.agentState?.value) };
    }
    case "message": {
      const cipher = ciphers.get(update.sessionId);
      return cipher === undefined ? {} : openMessage(cipher, update.record).content;
    }
    case "session_deleted":
      return {};
  }
}
