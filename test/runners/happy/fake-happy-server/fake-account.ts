import { randomBytes } from "node:crypto";
import { signIn } from "../../../../runners/happy/client/sign-in.ts";
import type { FakeHappyServer } from "./fake-happy-server.ts";

/** An account of a fake server, as its owner knows it. */
export interface FakeAccount {
  readonly secret: Uint8Array;
  readonly secretB64: string;
  readonly token: string;
}

export async function signUp(server: FakeHappyServer): Promise<FakeAccount> {
  const secret = new Uint8Array(randomBytes(32));
  const secretB64 = Buffer.from(secret).toString("base64");
  return { secret, secretB64, token: await signIn(server.url, secretB64) };
}
