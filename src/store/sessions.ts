import { z } from "zod";
import type { SessionOwner, Store } from "../bridge/store-port.ts";
import type { Journal, SqlParams } from "./journal.ts";

export type SessionsRepository = Pick<Store, "rememberSession" | "recallSession" | "forgetSessions">;

const tokenRow = z.object({ engine: z.string(), value: z.string() });

export function createSessionsRepository(journal: Journal, now: () => number): SessionsRepository {
  const remember = journal.change(
    `INSERT INTO sessions (chat_id, topic_id, sender_id, engine, value, remembered_at)
     VALUES (@chatId, @topicId, @senderId, @engine, @value, @now)
     ON CONFLICT DO UPDATE SET value = excluded.value, remembered_at = excluded.remembered_at`,
  );
  const recall = journal.first(
    `SELECT engine, value FROM sessions
     WHERE chat_id = @chatId AND topic_id = @topicId AND sender_id = @senderId AND engine = @engine`,
    tokenRow,
  );
  const forget = journal.change(
    "DELETE FROM sessions WHERE chat_id = @chatId AND topic_id = @topicId AND sender_id = @senderId",
  );
  return {
    rememberSession: (owner, { engine, value }) => {
      remember({ ...ownerParams(owner), engine, value, now: now() });
    },
    recallSession: (owner, engine) => recall({ ...ownerParams(owner), engine }),
    forgetSessions: (owner) => forget(ownerParams(owner)),
  };
}

function ownerParams({ thread, senderId }: SessionOwner): SqlParams {
  return { chatId: thread.chatId, topicId: thread.topicId ?? 0, senderId: senderId ?? 0 };
}
