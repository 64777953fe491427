import { JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import { authRequired, wordsOf } from "./failure.ts";

export interface LoginOptions {
  readonly peer: Pick<JsonRpcPeer, "request">;
  /** The way to log in that the user chose: some ways open a browser, so that none is tried by itself. */
  readonly authMethod: string | undefined;
}

/** Does the work; where the agent wants to be logged in first, and the user chose how, once more after that. */
export async function withLogin<T>({ peer, authMethod }: LoginOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof JsonRpcError) || error.code !== authRequired || authMethod === undefined) throw error;
  }
  await logIn(peer, authMethod);
  return await work();
}

async function logIn(peer: LoginOptions["peer"], methodId: string): Promise<void> {
  try {
    await peer.request("authenticate", { methodId });
  } catch (error) {
    throw error instanceof JsonRpcError ? new JsonRpcError(authRequired, wordsOf(error)) : error;
  }
}
