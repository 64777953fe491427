import { z, type ZodType } from "zod";
import type { ChoiceStore, Offer, OfferRow, PreferenceName } from "../bridge/choices/choice-store.ts";
import { toRunId } from "../domain/run.ts";
import type { Thread } from "../domain/thread.ts";
import type { Journal, SqlParams } from "./journal.ts";
import { jsonColumn } from "./json-column.ts";

const nameSchema = z.custom<PreferenceName>(
  (value) => typeof value === "string" && /^(?:engine|model:.+|effort:.+)$/s.test(value),
);

const offerSchema: ZodType<Offer> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("preference"), name: nameSchema, value: z.string().exactOptional() }),
  z.object({
    kind: z.literal("session"),
    token: z.object({ engine: z.string(), value: z.string() }),
    title: z.string(),
    context: z.object({ project: z.string().exactOptional(), branch: z.string().exactOptional() }),
    cwd: z.string(),
    isOpen: z.boolean(),
    prompt: z.string().exactOptional(),
  }),
  z.object({
    kind: z.literal("prompt"),
    runId: z.string().transform(toRunId),
    prompt: z.string(),
    endsPlan: z.boolean().exactOptional(),
    notBefore: z.number().exactOptional(),
  }),
  z.object({ kind: z.literal("leave") }),
  z.object({ kind: z.literal("cancel"), runId: z.string().transform(toRunId) }),
]);

const offerRow: ZodType<OfferRow> = z
  .object({
    id: z.string(),
    chat_id: z.number(),
    topic_id: z.number().nullable(),
    offer: jsonColumn(offerSchema),
    made_at: z.number(),
    is_taken: z.number(),
    message_id: z.number().nullable(),
    asked_by: z.number().nullable(),
  })
  .transform((row): OfferRow => ({
    id: row.id,
    thread: { chatId: row.chat_id, ...(row.topic_id !== null && { topicId: row.topic_id }) },
    offer: row.offer,
    madeAt: row.made_at,
    isTaken: row.is_taken === 1,
    ...(row.message_id !== null && { messageId: row.message_id }),
    ...(row.asked_by !== null && { askedBy: row.asked_by }),
  }));

const valueRow = z.object({ value: z.string() });

/** What was offered behind buttons, and what chats prefer. */
export function createChoicesRepository(journal: Journal): ChoiceStore {
  const make = journal.change(
    `INSERT INTO offers (id, chat_id, topic_id, offer, made_at, asked_by)
     VALUES (@id, @chatId, @topicId, @offer, @madeAt, @askedBy)`,
  );
  const find = journal.first("SELECT * FROM offers WHERE id = @id", offerRow);
  const take = journal.change("UPDATE offers SET is_taken = 1 WHERE id = @id");
  const takeAll = journal.change(
    `UPDATE offers SET is_taken = 1
     WHERE id = @id OR (chat_id, message_id) = (SELECT chat_id, message_id FROM offers WHERE id = @id)`,
  );
  const get = journal.first(
    "SELECT value FROM preferences WHERE chat_id = @chatId AND topic_id = @topicId AND name = @name",
    valueRow,
  );
  const set = journal.change(
    `INSERT INTO preferences (chat_id, topic_id, name, value) VALUES (@chatId, @topicId, @name, @value)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
  );
  const clear = journal.change(
    "DELETE FROM preferences WHERE chat_id = @chatId AND topic_id = @topicId AND name = @name",
  );
  return {
    makeOffers: (offers) =>
      journal.atomic(() => {
        for (const { id, thread, offer, madeAt, askedBy = null } of offers) {
          const { chatId, topicId = null } = thread;
          make({ id, chatId, topicId, offer: JSON.stringify(offer), madeAt, askedBy });
        }
      }),
    findOffer: (id) => find({ id }),
    takeOffer: (id) => {
      take({ id });
    },
    takeOffersWith: (id) => {
      takeAll({ id });
    },
    preference: (thread, name) => get({ ...keyOf(thread), name })?.value,
    setPreference: (thread, name, value) => {
      if (value === undefined) clear({ ...keyOf(thread), name });
      else set({ ...keyOf(thread), name, value });
    },
  };
}

function keyOf({ chatId, topicId }: Thread): SqlParams {
  return { chatId, topicId: topicId ?? 0 };
}
