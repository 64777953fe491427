import { readFileSync } from "node:fs";
import { z } from "zod";

export const fixturesUrl: URL = new URL("../../../../fixtures/happy/", import.meta.url);

export interface Vectors {
  readonly accountSecret: string;
  readonly signPublicKey: string;
  readonly challenge: string;
  readonly signature: string;
  readonly keyTree: Readonly<Record<string, string>>;
  readonly contentPublicKey: string;
  readonly contentSecretKey: string;
  readonly dataKey: string;
  readonly dataEncryptionKey: string;
  readonly plaintext: unknown;
  readonly legacyCiphertext: string;
  readonly dataKeyCiphertext: string;
  readonly bad: Readonly<Record<string, string>>;
  /** The account secret of each folder. */
  readonly fixtureAccounts: Readonly<Record<string, string>>;
}

const schema: z.ZodType<Vectors> = z.object({
  accountSecret: z.string(),
  signPublicKey: z.string(),
  challenge: z.string(),
  signature: z.string(),
  keyTree: z.record(z.string(), z.string()),
  contentPublicKey: z.string(),
  contentSecretKey: z.string(),
  dataKey: z.string(),
  dataEncryptionKey: z.string(),
  plaintext: z.unknown(),
  legacyCiphertext: z.string(),
  dataKeyCiphertext: z.string(),
  bad: z.record(z.string(), z.string()),
  fixtureAccounts: z.record(z.string(), z.string()),
});

/** Made by code that read and wrote records of the real CLI and server. */
export const vectors: Vectors = schema.parse(JSON.parse(readFileSync(new URL("vectors.json", fixturesUrl), "utf8")));

export function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

export function base64(data: Uint8Array): string {
  return Buffer.from(data).toString("base64");
}
