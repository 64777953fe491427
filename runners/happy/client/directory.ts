import type { RecordOpener } from "./crypto/record-cipher.ts";
import { EncryptionError, MachineOfflineError, SessionNotFound } from "./errors.ts";
import { HttpStatusError, type Http } from "./http.ts";
import { fieldsAt, isFields } from "../../../src/runner/fields.ts";
import {
  openMachineRecord,
  openSessionRecord,
  type Machine,
  type OpenedMachine,
  type OpenedSession,
  type Session,
} from "./records.ts";
import {
  machineRecordSchema,
  readAnswer,
  sessionPageSchema,
  sessionRecordSchema,
  type SessionRecord,
} from "./schema.ts";

/** The server gives 150 newest sessions at once, and pages of at most 200. */
const newestCount = 150;
const pageSize = 200;

/** The sessions and machines of an account. */
export class Directory {
  readonly #http: Http;
  readonly #opener: RecordOpener;

  constructor(http: Http, opener: RecordOpener) {
    this.#http = http;
    this.#opener = opener;
  }

  /** The latest changed first. What the secret does not open is left out. */
  async sessions(): Promise<readonly Session[]> {
    const all = new Map<string, Session>();
    for await (const record of this.#records()) {
      if (!all.has(record.id)) for (const { session } of this.#readable(record)) all.set(record.id, session);
    }
    return [...all.values()].toSorted((a, b) => b.updatedAt - a.updatedAt);
  }

  /** Throws `SessionNotFound`, and `EncryptionError` when the secret does not open it. */
  async session(sessionId: string): Promise<OpenedSession> {
    return openSessionRecord(this.#opener, await this.record(sessionId));
  }

  /** Throws `SessionNotFound`. There is no call for a single one. */
  async record(sessionId: string): Promise<SessionRecord> {
    for await (const record of this.#records()) if (record.id === sessionId) return record;
    throw new SessionNotFound(`there is no session ${sessionId} in this Happy account`);
  }

  /** In the server's order. What the secret does not open is left out. */
  async machines(): Promise<readonly Machine[]> {
    const answer = await this.#http.call({ method: "GET", path: "/v1/machines" });
    const records = Array.isArray(answer) ? answer : [];
    return records.flatMap((item) => {
      const record = machineRecordSchema.safeParse(item).data;
      return record === undefined ? [] : this.#orNothing(() => openMachineRecord(this.#opener, record).machine);
    });
  }

  /** Throws `MachineOfflineError` when the account has no such machine, `EncryptionError` when the secret does not open it. */
  async machine(machineId: string): Promise<OpenedMachine> {
    const answer = await this.#machineRecord(machineId);
    const record = readAnswer(machineRecordSchema, fieldsAt(isFields(answer) ? answer : {}, "machine"));
    return openMachineRecord(this.#opener, record);
  }

  /** For a record that came with an update; undefined when the secret does not open it. */
  open(record: SessionRecord): OpenedSession | undefined {
    return this.#orNothing(() => openSessionRecord(this.#opener, record))[0];
  }

  async *#records(): AsyncGenerator<SessionRecord, void, undefined> {
    const newest = await this.#page("/v1/sessions");
    yield* newest.records;
    let cursor: string | null = "";
    while (newest.records.length >= newestCount && cursor !== null) {
      const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await this.#page(`/v2/sessions?limit=${pageSize}${after}`);
      yield* page.records;
      cursor = page.nextCursor;
    }
  }

  async #page(path: string): Promise<{ records: readonly SessionRecord[]; nextCursor: string | null }> {
    const { sessions, nextCursor } = readAnswer(sessionPageSchema, await this.#http.call({ method: "GET", path }));
    return { records: sessions.flatMap((item) => sessionRecordSchema.safeParse(item).data ?? []), nextCursor };
  }

  async #machineRecord(machineId: string): Promise<unknown> {
    try {
      return await this.#http.call({ method: "GET", path: `/v1/machines/${encodeURIComponent(machineId)}` });
    } catch (cause) {
      if (cause instanceof HttpStatusError && cause.status === 404)
        throw new MachineOfflineError(`there is no machine ${machineId} in this Happy account`, { cause });
      throw cause;
    }
  }

  #readable(record: SessionRecord): readonly OpenedSession[] {
    return this.#orNothing(() => openSessionRecord(this.#opener, record));
  }

  #orNothing<T>(open: () => T): readonly T[] {
    try {
      return [open()];
    } catch (error) {
      if (error instanceof EncryptionError) return [];
      throw error;
    }
  }
}
