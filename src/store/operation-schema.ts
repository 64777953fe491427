import { z, type ZodType } from "zod";
import type { DurableOperation } from "../bridge/durable-operation.ts";
import type { Keyboard } from "../bridge/chat-port.ts";
import type { MessageText } from "../domain/message-text.ts";

const entity = z.object({
  type: z.enum([
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "text_link",
    "blockquote",
    "expandable_blockquote",
  ]),
  offset: z.number(),
  length: z.number(),
  url: z.string().exactOptional(),
  language: z.string().exactOptional(),
});

export const contentSchema: ZodType<MessageText> = z.object({ text: z.string(), entities: z.array(entity) });

const button = z.object({
  label: z.string(),
  data: z.string(),
  style: z.enum(["danger", "success", "primary"]).exactOptional(),
});
export const keyboardSchema: ZodType<Keyboard> = z.array(z.array(button));

/** The JSON of an outbox row's operation. */
export const operationSchema: ZodType<DurableOperation> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("send"),
    content: contentSchema,
    replyTo: z.number().exactOptional(),
    silent: z.boolean(),
    keyboard: keyboardSchema.exactOptional(),
    urgency: z.enum(["final", "decision", "normal"]),
  }),
  z.object({
    type: z.literal("document"),
    fileName: z.string(),
    text: z.string(),
    caption: contentSchema.exactOptional(),
    replyTo: z.number().exactOptional(),
    silent: z.boolean(),
  }),
  z.object({
    type: z.literal("edit"),
    messageId: z.number(),
    content: contentSchema,
    keyboard: keyboardSchema.exactOptional(),
    mustShow: z.boolean().exactOptional(),
  }),
  z.object({ type: z.literal("delete"), messageId: z.number() }),
]);
