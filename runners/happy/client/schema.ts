import { z } from "zod";
import { ConnectionError } from "./errors.ts";

/** Throws `ConnectionError` for what is not the answer of a Happy server. */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new ConnectionError("the Happy server answered something that is not understood here", { cause: parsed.error });
}

/** A session as the server keeps it. What it encrypts is base64 here. Times are milliseconds since 1970. */
export const sessionRecordSchema: z.ZodType<SessionRecord> = z.object({
  id: z.string(),
  /** Of its last message. */
  seq: z.number().catch(0),
  createdAt: z.number().catch(0),
  updatedAt: z.number().catch(0),
  active: z.boolean().catch(false),
  activeAt: z.number().catch(0),
  metadata: z.string(),
  metadataVersion: z.number().catch(0),
  agentState: z.string().nullable().catch(null),
  agentStateVersion: z.number().catch(0),
  dataEncryptionKey: z.string().nullable().catch(null),
});

export interface SessionRecord {
  readonly id: string;
  readonly seq: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly active: boolean;
  readonly activeAt: number;
  readonly metadata: string;
  readonly metadataVersion: number;
  readonly agentState: string | null;
  readonly agentStateVersion: number;
  readonly dataEncryptionKey: string | null;
}

export const machineRecordSchema: z.ZodType<MachineRecord> = z.object({
  id: z.string(),
  active: z.boolean().catch(false),
  activeAt: z.number().catch(0),
  metadata: z.string(),
  dataEncryptionKey: z.string().nullable().catch(null),
});

export interface MachineRecord {
  readonly id: string;
  readonly active: boolean;
  readonly activeAt: number;
  readonly metadata: string;
  readonly dataEncryptionKey: string | null;
}

export const messageRecordSchema: z.ZodType<MessageRecord> = z.object({
  id: z.string(),
  seq: z.number(),
  content: z.object({ t: z.literal("encrypted"), c: z.string() }),
  localId: z.string().nullable().catch(null),
  createdAt: z.number().catch(0),
});

export interface MessageRecord {
  readonly id: string;
  readonly seq: number;
  readonly content: { readonly t: "encrypted"; readonly c: string };
  readonly localId: string | null;
  readonly createdAt: number;
}

export const sessionPageSchema: z.ZodType<SessionPage> = z.object({
  sessions: z.array(z.unknown()),
  nextCursor: z.string().nullable().catch(null),
});

export interface SessionPage {
  readonly sessions: readonly unknown[];
  readonly nextCursor: string | null;
}

export const messagePageSchema: z.ZodType<MessagePage> = z.object({
  messages: z.array(z.unknown()),
  hasMore: z.boolean().catch(false),
});

export interface MessagePage {
  readonly messages: readonly unknown[];
  readonly hasMore: boolean;
}

/** The answer to messages that were sent, and to a challenge that was signed. */
export const sentSchema: z.ZodType<{ messages: { seq: number; localId: string | null }[] }> = z.object({
  messages: z.array(z.object({ seq: z.number(), localId: z.string().nullable().catch(null) })),
});
export const tokenSchema: z.ZodType<{ token: string }> = z.object({ token: z.string().min(1) });

/** The acknowledgement of a change with an expected version. */
export const changeAckSchema: z.ZodType<ChangeAck> = z.discriminatedUnion("result", [
  z.object({ result: z.literal("success"), version: z.number(), metadata: z.string() }),
  z.object({ result: z.literal("version-mismatch"), version: z.number(), metadata: z.string() }),
  z.object({ result: z.literal("error") }),
]);

export type ChangeAck =
  | { readonly result: "success" | "version-mismatch"; readonly version: number; readonly metadata: string }
  | { readonly result: "error" };

/** The acknowledgement of a call of another program. */
export const callAckSchema: z.ZodType<CallAck> = z.union([
  z.object({ ok: z.literal(true), result: z.string() }),
  z.object({ ok: z.literal(false), error: z.string().catch("no reason given") }),
]);

export type CallAck = { readonly ok: true; readonly result: string } | { readonly ok: false; readonly error: string };
