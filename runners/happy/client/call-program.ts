import type { Cipher } from "./crypto/cipher.ts";
import { ConnectionError, HappyError, MachineOfflineError, TimeoutError } from "./errors.ts";
import { callAckSchema } from "./schema.ts";
import type { HappySocket } from "./socket.ts";

/** A program that takes calls: the daemon of a machine, or what runs a session. */
export interface Callee {
  /** Id of the machine or session. */
  readonly scope: string;
  readonly cipher: Cipher;
  /** For errors: "the machine workstation". */
  readonly label: string;
}

export interface ProgramCall {
  readonly method: string;
  readonly params: unknown;
  readonly timeoutMs: number;
}

/**
 * Calls a program through the server, which sees neither question nor answer. A program that failed answers `{ error }`. Throws
 * `MachineOfflineError` where nobody listens, `TimeoutError` where nobody answers, and `ConnectionError`.
 */
export async function callProgram(socket: HappySocket, callee: Callee, call: ProgramCall): Promise<unknown> {
  const { scope, cipher, label } = callee;
  const payload = { method: `${scope}:${call.method}`, params: cipher.encrypt(call.params) };
  const ack = callAckSchema.safeParse(await socket.request("rpc-call", payload, call.timeoutMs));
  if (!ack.success) throw new ConnectionError(`the Happy server gave an answer to ${call.method} that makes no sense`);
  if (ack.data.ok) return cipher.decrypt(ack.data.result);
  throw explained(ack.data.error, { label, method: call.method });
}

function explained(error: string, { label, method }: { label: string; method: string }): HappyError {
  if (/not available/iu.test(error)) return new MachineOfflineError(`${label} is not connected to the Happy server`);
  if (/timed out/iu.test(error)) return new TimeoutError(`${label} did not answer ${method} in time`);
  return new HappyError(`${label} could not be asked for ${method}: ${error}`);
}
