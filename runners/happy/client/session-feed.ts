import type { Listen } from "./backlog.ts";
import { decodeMessage } from "./decode-message.ts";
import { EncryptionError, SessionNotFound } from "./errors.ts";
import type { Http } from "./http.ts";
import { fetchMessages } from "./messages.ts";
import { isFields } from "../../../src/runner/fields.ts";
import { machineIdOf, openMessage, readState, type OpenedSession } from "./records.ts";
import type { MessageRecord, SessionRecord } from "./schema.ts";
import type { SessionEvent } from "./session-event.ts";
import { decodeState } from "./session-state.ts";
import { decodeEphemeral, decodeUpdate, type Ephemeral, type Update } from "./updates.ts";

export interface FeedOptions {
  readonly http: Http;
  readonly listen: Listen;
  readonly opened: OpenedSession;
  /** The record as it is now, after the connection broke. */
  readonly refetch: () => Promise<SessionRecord>;
  readonly onEvent: (event: SessionEvent) => void;
}

/**
 * What happens in one session, its state as it is now first. Messages come from `begin` on, each once and in their order, also across broken connections: the socket
 * only tells that there is something, and what is missing is fetched.
 */
export class SessionFeed {
  readonly #options: FeedOptions;
  readonly #stopListening: () => void;
  /** The last message that was told; undefined before `begin`. */
  #last: number | undefined;
  #metadataVersion: number;
  #stateVersion: number;
  #catchingUp: Promise<void> | undefined;
  #hasMore = false;
  #isClosed = false;

  constructor(options: FeedOptions) {
    const { listen, opened } = options;
    this.#options = options;
    this.#metadataVersion = opened.session.metadataVersion;
    this.#stateVersion = opened.agentStateVersion;
    this.#tell({ type: "state", state: decodeState(opened.session.agentState) });
    this.#stopListening = listen({
      update: (body) => this.#takeUpdate(decodeUpdate(body)),
      ephemeral: (payload) => this.#takeEphemeral(decodeEphemeral(payload)),
      lost: () => this.#tell({ type: "connection", isUp: false }),
      regained: () => this.#comeBack(),
      failed: (error) => this.#tell({ type: "failed", error }),
    });
  }

  /** Messages after this one are told from now on, those that are there already first. */
  begin(afterSeq: number): void {
    this.#last = afterSeq;
    this.#catchUpSoon();
  }

  /** Resolves when every message that exists has been told. Throws `ConnectionError`. */
  catchUp(): Promise<void> {
    this.#hasMore = true;
    this.#catchingUp ??= this.#fetchAll().finally(() => (this.#catchingUp = undefined));
    return this.#catchingUp;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
  }

  async #fetchAll(): Promise<void> {
    const { http, opened } = this.#options;
    while (this.#hasMore && this.#last !== undefined) {
      this.#hasMore = false;
      for await (const record of fetchMessages(http, opened.session.id, this.#last)) this.#takeMessage(record);
    }
  }

  /** What fails now is tried again with the next message, and before a turn is taken for ended. */
  #catchUpSoon(): void {
    this.catchUp().catch(this.#deletedIfGone);
  }

  readonly #deletedIfGone = (error: unknown): void => {
    if (error instanceof SessionNotFound) this.#tell({ type: "deleted" });
  };

  #takeUpdate(update: Update | undefined): void {
    if (update === undefined || update.type === "session_made") return;
    if (update.sessionId !== this.#options.opened.session.id) return;
    switch (update.type) {
      case "message":
        if (this.#last === undefined) return;
        // A gap: some were missed, or numbers were left out.
        if (update.record.seq > this.#last + 1) this.#catchUpSoon();
        else this.#takeMessage(update.record);
        return;
      case "session_changed":
        this.#takeChange(update);
        return;
      case "session_deleted":
        this.#tell({ type: "deleted" });
    }
  }

  #takeMessage(record: MessageRecord): void {
    if (record.seq <= (this.#last ?? Infinity)) return;
    this.#last = record.seq;
    this.#tell(this.#opened(record));
  }

  #opened(record: MessageRecord): SessionEvent {
    try {
      const message = openMessage(this.#options.opened.cipher, record);
      return { type: "message", message, says: decodeMessage(message.content) };
    } catch (error) {
      if (error instanceof EncryptionError) return { type: "unreadable", seq: record.seq };
      throw error;
    }
  }

  #takeChange({ metadata, agentState }: Extract<Update, { type: "session_changed" }>): void {
    const { cipher } = this.#options.opened;
    if (metadata !== undefined && metadata.version > this.#metadataVersion) {
      this.#metadataVersion = metadata.version;
      const plain = readState(cipher, metadata.value);
      if (isFields(plain)) this.#tell({ type: "metadata", metadata: plain });
    }
    if (agentState !== undefined && agentState.version > this.#stateVersion) {
      this.#stateVersion = agentState.version;
      this.#tell({ type: "state", state: decodeState(readState(cipher, agentState.value)) });
    }
  }

  #takeEphemeral(ephemeral: Ephemeral | undefined): void {
    if (ephemeral === undefined) return;
    const { session } = this.#options.opened;
    if (ephemeral.type === "machine") {
      if (ephemeral.machineId === machineIdOf(session)) this.#tell({ type: "machine", isActive: ephemeral.isActive });
      return;
    }
    const { sessionId, ...event } = ephemeral;
    if (sessionId === session.id) this.#tell(event);
  }

  #comeBack(): void {
    this.#tell({ type: "connection", isUp: true });
    if (this.#last !== undefined) this.#catchUpSoon();
    const take = ({ metadata, metadataVersion, agentState, agentStateVersion, id }: SessionRecord): void =>
      this.#takeChange({
        type: "session_changed",
        sessionId: id,
        metadata: { version: metadataVersion, value: metadata },
        agentState: { version: agentStateVersion, value: agentState },
      });
    this.#options.refetch().then(take).catch(this.#deletedIfGone);
  }

  #tell(event: SessionEvent): void {
    if (!this.#isClosed) this.#options.onEvent(event);
  }
}
