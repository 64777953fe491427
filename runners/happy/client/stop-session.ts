import { isFields, textAt } from "../../../src/runner/fields.ts";
import { callProgram, type Callee } from "./call-program.ts";
import { ConnectionError, HappyError } from "./errors.ts";
import type { Http } from "./http.ts";
import { callFor } from "./messages.ts";
import type { Patience } from "./patience.ts";
import type { OpenedMachine, OpenedSession } from "./records.ts";
import type { HappySocket } from "./socket.ts";

export interface StopOptions {
  readonly socket: HappySocket;
  readonly http: Http;
  readonly opened: OpenedSession;
  /** The machine the session is on; undefined where that is not known. */
  readonly machine: OpenedMachine | undefined;
  readonly patience: Patience;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Ends a session's program: by its machine, else by itself, else the server is told that it has ended, which ends nothing. */
export async function stopSession(options: StopOptions): Promise<void> {
  if ((await byMachine(options)) || (await bySession(options))) return;
  const { socket, http, opened, now } = options;
  const { id } = opened.session;
  socket.send("session-end", { sid: id, time: now });
  await callFor(id, http.call({ method: "POST", path: `/v1/sessions/${encodeURIComponent(id)}/archive`, body: {} }));
}

async function byMachine(options: StopOptions): Promise<boolean> {
  const { machine, opened } = options;
  if (machine === undefined) return false;
  const callee = { scope: machine.machine.id, cipher: machine.cipher, label: "the session's machine" };
  return await isDone(options, callee, { method: "stop-session", params: { sessionId: opened.session.id } });
}

async function bySession(options: StopOptions): Promise<boolean> {
  const { session, cipher } = options.opened;
  const callee = { scope: session.id, cipher, label: "the session" };
  return await isDone(options, callee, { method: "killSession", params: {} });
}

/** Where one way fails another is tried, unless the server can't be reached at all. */
async function isDone(
  { socket, patience }: StopOptions,
  callee: Callee,
  call: { readonly method: string; readonly params: unknown },
): Promise<boolean> {
  try {
    const answer = await callProgram(socket, callee, { ...call, timeoutMs: patience.callMs });
    return !isFields(answer) || textAt(answer, "error") === undefined;
  } catch (error) {
    if (!(error instanceof HappyError) || error instanceof ConnectionError) throw error;
    return false;
  }
}
