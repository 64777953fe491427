import { isFields, type Fields } from "../../../src/runner/fields.ts";
import { ConnectionError, MetadataConflictError, MetadataUpdateError } from "./errors.ts";
import type { Patience } from "./patience.ts";
import type { OpenedSession, Session } from "./records.ts";
import { changeAckSchema, type ChangeAck } from "./schema.ts";
import type { HappySocket } from "./socket.ts";

/** The CLI itself writes metadata two or three times in its first seconds. */
const attempts = 10;

export interface MetadataChange {
  readonly socket: HappySocket;
  readonly opened: OpenedSession;
  /** Put over what is there, key by key; the others stay. */
  readonly changes: Fields;
  readonly patience: Patience;
}

/**
 * Changes a session's metadata so that no change of others is lost: each attempt names the version it is based on, and begins anew from
 * what it lost against. Throws `MetadataUpdateError`, and `MetadataConflictError` after ten lost attempts.
 */
export async function changeMetadata({ socket, opened, changes, patience }: MetadataChange): Promise<Session> {
  const { session, cipher } = opened;
  let { metadata, metadataVersion: version } = session;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    metadata = { ...metadata, ...changes };
    const payload = { sid: session.id, metadata: cipher.encrypt(metadata), expectedVersion: version };
    const ack = await change(socket, payload, patience.ackMs);
    switch (ack.result) {
      case "success":
        return { ...session, metadata, metadataVersion: ack.version };
      case "version-mismatch": {
        const newer = cipher.decrypt(ack.metadata);
        metadata = isFields(newer) ? newer : {};
        version = ack.version;
        break;
      }
      case "error":
        throw new MetadataUpdateError(`the Happy server refused to change the metadata of session ${session.id}`);
    }
  }
  throw new MetadataConflictError(
    `the metadata of session ${session.id} was changed by others ${attempts} times in a row: try again`,
  );
}

async function change(socket: HappySocket, payload: unknown, timeoutMs: number): Promise<ChangeAck> {
  const ack = changeAckSchema.safeParse(await acknowledged(socket, payload, timeoutMs));
  if (ack.success) return ack.data;
  throw new MetadataUpdateError(
    "the Happy server acknowledged a change of metadata in a way that is not understood here",
  );
}

/** The server says nothing about sessions it does not have. */
async function acknowledged(socket: HappySocket, payload: unknown, timeoutMs: number): Promise<unknown> {
  try {
    return await socket.request("update-metadata", payload, timeoutMs);
  } catch (cause) {
    if (!(cause instanceof ConnectionError)) throw cause;
    throw new MetadataUpdateError("the Happy server did not acknowledge a change of metadata", { cause });
  }
}
