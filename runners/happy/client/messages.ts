import { setTimeout as delay } from "node:timers/promises";
import { ConnectionError, SessionNotFound } from "./errors.ts";
import { HttpStatusError, type Http } from "./http.ts";
import { messagePageSchema, messageRecordSchema, readAnswer, sentSchema, type MessageRecord } from "./schema.ts";

/** The most the server gives at once. */
const pageSize = 500;
/** A message keeps its id, so that the server has it once however often it was sent. */
const attempts = 3;
const retryMs = 500;

/** The records of a session after `afterSeq`, ascending. Throws `SessionNotFound`. */
export async function* fetchMessages(
  http: Http,
  sessionId: string,
  afterSeq: number,
): AsyncGenerator<MessageRecord, void, undefined> {
  let last = afterSeq;
  for (let hasMore = true; hasMore;) {
    const path = `/v3/sessions/${encodeURIComponent(sessionId)}/messages?after_seq=${last}&limit=${pageSize}`;
    const page = readAnswer(messagePageSchema, await callFor(sessionId, http.call({ method: "GET", path })));
    const records = page.messages.flatMap((message) => messageRecordSchema.safeParse(message).data ?? []);
    yield* records;
    last = records.at(-1)?.seq ?? last;
    hasMore = page.hasMore && records.length > 0;
  }
}

/** The newest 150 records of a session, ascending. Throws `SessionNotFound`. */
export async function fetchNewest(http: Http, sessionId: string): Promise<readonly MessageRecord[]> {
  const path = `/v1/sessions/${encodeURIComponent(sessionId)}/messages`;
  const page = readAnswer(messagePageSchema, await callFor(sessionId, http.call({ method: "GET", path })));
  const records = page.messages.flatMap((message) => messageRecordSchema.safeParse(message).data ?? []);
  return records.toSorted((a, b) => a.seq - b.seq);
}

/** A message on its way. */
export interface OutgoingMessage {
  readonly sessionId: string;
  /** Encrypted. */
  readonly content: string;
  readonly localId: string;
}

/** Resolves to its `seq`. A message that was there already is not sent a second time. Throws `SessionNotFound` and `ConnectionError`. */
export async function postMessage(http: Http, { sessionId, content, localId }: OutgoingMessage): Promise<number> {
  const path = `/v3/sessions/${encodeURIComponent(sessionId)}/messages`;
  const body = { messages: [{ content, localId }] };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = readAnswer(sentSchema, await callFor(sessionId, http.call({ method: "POST", path, body })));
      const sent = answer.messages.find((message) => message.localId === localId);
      if (sent === undefined) throw new ConnectionError("the Happy server did not say that it has the message");
      return sent.seq;
    } catch (error) {
      if (!(error instanceof ConnectionError) || attempt === attempts) throw error;
      await delay(retryMs * attempt);
    }
  }
}

/** A session that is not there is 404 in every call about it. */
export async function callFor(sessionId: string, call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (cause) {
    if (cause instanceof HttpStatusError && cause.status === 404)
      throw new SessionNotFound(`there is no session ${sessionId} in this Happy account`, { cause });
    throw cause;
  }
}
