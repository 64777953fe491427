import { toBase64 } from "./crypto/base64.ts";
import { decodeSecret, signChallenge } from "./crypto/keys.ts";
import { AuthenticationError } from "./errors.ts";
import { createHttp } from "./http.ts";
import { defaultPatience } from "./patience.ts";
import { tokenSchema } from "./schema.ts";

/**
 * A token for the account that the secret is of, by signing a challenge. Only for the secret of an account: for any other 32 bytes the
 * server makes a new, empty account. Throws `AuthenticationError` and `ConnectionError`.
 */
export async function signIn(serverUrl: string, secretB64: string, signal?: AbortSignal): Promise<string> {
  const { publicKey, challenge, signature } = signChallenge(decodeSecret(secretB64));
  const http = createHttp({ serverUrl, timeoutMs: defaultPatience.httpMs });
  const body = { publicKey: toBase64(publicKey), challenge: toBase64(challenge), signature: toBase64(signature) };
  const answer = tokenSchema.safeParse(await http.call({ method: "POST", path: "/v1/auth", body, signal }));
  if (!answer.success) throw new AuthenticationError("the Happy server gave no token for this secret");
  return answer.data.token;
}
