// Every recorded call of a program, and every recorded change of metadata, has one outcome.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { RecordOpener } from "../../../../runners/happy/client/crypto/record-cipher.ts";
import { Directory } from "../../../../runners/happy/client/directory.ts";
import {
  ConnectionError,
  MachineOfflineError,
  MetadataConflictError,
  MetadataUpdateError,
  SpawnError,
} from "../../../../runners/happy/client/errors.ts";
import { changeMetadata } from "../../../../runners/happy/client/metadata.ts";
import { defaultPatience } from "../../../../runners/happy/client/patience.ts";
import { openMachineRecord, openSessionRecord, type OpenedMachine } from "../../../../runners/happy/client/records.ts";
import { machineRecordSchema } from "../../../../runners/happy/client/schema.ts";
import type { HappySocket, SocketListener } from "../../../../runners/happy/client/socket.ts";
import { resumeSession, startSession, type StartOptions } from "../../../../runners/happy/client/start-session.ts";
import { decodeUpdate } from "../../../../runners/happy/client/updates.ts";
import { isFields } from "../../../../src/runner/fields.ts";
import { FakeClock } from "../fake-clock.ts";
import { bodyOf, readRecording, recordings, type RecordedLine } from "./recording.ts";
import { bytes, vectors } from "./vectors.ts";

function openerOf(name: string): RecordOpener {
  return new RecordOpener(bytes(vectors.fixtureAccounts[name.split("/")[0] ?? ""] ?? ""));
}

function machineIn(lines: readonly RecordedLine[], opener: RecordOpener): OpenedMachine {
  const response = lines.find(({ http }) => http === "GET /v1/machines")?.response;
  return openMachineRecord(opener, machineRecordSchema.parse(z.array(z.unknown()).parse(response)[0]));
}

/** A socket that gives a call its recorded answer, and then tells what was recorded after it. */
class AnsweringSocket implements HappySocket {
  readonly isConnected = true;
  readonly #listeners = new Set<SocketListener>();
  readonly #answer: (payload: unknown) => Promise<unknown>;

  constructor(answer: (payload: unknown) => Promise<unknown>) {
    this.#answer = answer;
  }

  listen(listener: SocketListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  request(_: string, payload: unknown): Promise<unknown> {
    return this.#answer(payload);
  }

  tell(line: RecordedLine): void {
    for (const listener of this.#listeners) listener.update?.(bodyOf(line));
  }

  send(): void {}
  close(): void {}
}

interface RecordedCall {
  readonly name: string;
  readonly line: RecordedLine;
  readonly method: string;
}

const calls: readonly RecordedCall[] = recordings.flatMap((name) =>
  readRecording(name).flatMap((line) => {
    const method = line.rpc?.split(":")[1] ?? "";
    return method.endsWith("happy-session") ? [{ name, line, method }] : [];
  }),
);

/** What a recorded call of a machine comes to: the id of a session, or an error. */
async function outcomeOf({ name, line, method }: RecordedCall): Promise<unknown> {
  const lines = readRecording(name);
  const opener = openerOf(name);
  const machine = machineIn(lines, opener);
  const clock = new FakeClock();
  const socket = new AnsweringSocket(() => {
    for (const told of lines.filter(({ event }) => event === "update")) setTimeout(() => socket.tell(told));
    const ack = isFields(line.ack) ? line.ack : {};
    return Promise.resolve({ ...ack, result: machine.cipher.encrypt(line.result) });
  });
  const http = { call: () => Promise.reject(new Error("nothing is fetched")) };
  const directory = new Directory(http, opener);
  const options: StartOptions = { socket, machine, directory, patience: defaultPatience, clock };
  if (method === "resume-happy-session") return await resumeSession(options, "cm").then(() => "resumed");
  return await startSession(options, { directory: "/home/user/project", agent: "claude", createDir: false });
}

/** The session that was made in a recording. */
function madeIn(name: string): string | undefined {
  const made = readRecording(name).map((line) => decodeUpdate(bodyOf(line)));
  return made.find((update) => update?.type === "session_made")?.record.id;
}

describe("a recorded call of a machine", () => {
  const failing = new Map([
    ["real-1.2.5/machine-offline", MachineOfflineError],
    ["real-1.2.5/spawn-missing-dir", SpawnError],
  ]);

  it("is in most recordings, also one that gave up too early", () => {
    expect(calls.length).toBeGreaterThan(20);
    const late = calls.filter(({ line }) => JSON.stringify(line.result ?? "").includes("webhook timeout"));
    expect(late.length).toBeGreaterThan(1);
  });

  it.each(calls)("$name: $method ends in a session, or in an error of its kind", async (call) => {
    const error = failing.get(call.name);
    if (error !== undefined) await expect(outcomeOf(call)).rejects.toThrow(error);
    else expect(await outcomeOf(call)).toBe(call.method === "resume-happy-session" ? "resumed" : madeIn(call.name));
  });
});

describe("a recorded change of metadata", () => {
  const lines = readRecording("real-1.2.5/metadata-cas");
  const opener = openerOf("real-1.2.5");
  const made = lines.map((line) => decodeUpdate(bodyOf(line))).find((update) => update?.type === "session_made");

  /** What comes of a change that gets this recorded answer, every time. */
  async function change(emit: string, number = 0): Promise<unknown> {
    if (made === undefined) throw new Error("no session was made");
    const opened = openSessionRecord(opener, made.record);
    const line = lines.filter((each) => each.emit === emit)[number];
    const ack = isFields(line?.ack) ? line.ack : {};
    const metadata = opened.cipher.encrypt({ name: "theirs" });
    const socket = new AnsweringSocket(() =>
      "noAck" in ack ? Promise.reject(new ConnectionError("none")) : Promise.resolve({ ...ack, metadata }),
    );
    return await changeMetadata({ socket, opened, changes: { mine: 1 }, patience: defaultPatience });
  }

  it("is done, lost, refused, or not acknowledged", async () => {
    expect(await change("update-metadata")).toMatchObject({ metadata: { mine: 1 }, metadataVersion: 1 });
    await expect(change("update-metadata", 1)).rejects.toThrow(MetadataConflictError);
    await expect(change("update-metadata(bad)")).rejects.toThrow(MetadataUpdateError);
    await expect(change("update-metadata(unknown sid)")).rejects.toThrow(MetadataUpdateError);
  });
});
