import type { Cipher } from "./crypto/cipher.ts";
import { decodeMessage } from "./decode-message.ts";
import { EncryptionError } from "./errors.ts";
import { openMessage } from "./records.ts";
import type { MessageRecord } from "./schema.ts";
import type { TurnEvent } from "./turn-event.ts";

/** The place of the last prompt among a session's newest messages, ascending; 0 where there is none. */
export function lastPromptSeq(records: readonly MessageRecord[], cipher: Cipher): number {
  const isPrompt = (record: MessageRecord): boolean => saysOf(record, cipher).some(({ type }) => type === "prompt");
  return records.findLast(isPrompt)?.seq ?? 0;
}

/**
 * The place of the last prompt, where no word says that its turn has ended. It may have ended all the same: CLI 1.2.5 loses that word
 * where the model answers at once.
 */
export function openPromptSeq(records: readonly MessageRecord[], cipher: Cipher): number | undefined {
  const seq = lastPromptSeq(records, cipher);
  if (seq === 0) return undefined;
  const after = records.filter((record) => record.seq > seq).flatMap((record) => saysOf(record, cipher));
  return after.some(isEnd) ? undefined : seq;
}

function isEnd(event: TurnEvent): boolean {
  return event.type === "turn_end" || event.type === "ready" || event.type === "notice";
}

function saysOf(record: MessageRecord, cipher: Cipher): readonly TurnEvent[] {
  try {
    return decodeMessage(openMessage(cipher, record).content);
  } catch (error) {
    if (error instanceof EncryptionError) return [];
    throw error;
  }
}
