/** How long things are waited for, in milliseconds. The defaults suit the real server and CLI 1.2.5. */
export interface Patience {
  /** An HTTP answer. */
  readonly httpMs: number;
  /** A socket that is being opened. */
  readonly connectMs: number;
  /** A connection that broke and is being made again. */
  readonly reconnectMs: number;
  /** The acknowledgement of a change. There is none for an unknown session. */
  readonly ackMs: number;
  /** The answer of a program to a call. The server itself gives up after 15 s where nobody listens, after 30 s where nobody answers. */
  readonly callMs: number;
  /** A session that is started or resumed. Newer servers wait for 100 s. */
  readonly spawnMs: number;
  /** A session that comes up after its machine gave up waiting for it, which it does after 15 s. */
  readonly lateSpawnMs: number;
  /** The answer of a session's program to the question whether it is there. */
  readonly probeMs: number;
  /** Silence after which an idle session counts as having ended its turn. Its last messages come up to 1 s after it is idle. */
  readonly settleMs: number;
  /** The end of a turn that is not confirmed in another way: a turn that was split in two begins again within 50 ms. */
  readonly turnEndMs: number;
  /** In place of `settleMs` while a tool call has not ended. */
  readonly openCallMs: number;
  /** No reaction at all to a prompt. */
  readonly unheardMs: number;
  /** Silence after which a session is asked whether it is there. It tells every 2 s that it is alive, but not after every resume. */
  readonly silenceMs: number;
  /** The same, from the moment its machine was reported as offline. A daemon that restarts takes a few seconds, and its sessions go on. */
  readonly offlineMs: number;
}

export const defaultPatience: Patience = {
  httpMs: 30_000,
  connectMs: 15_000,
  reconnectMs: 120_000,
  ackMs: 5_000,
  callMs: 60_000,
  spawnMs: 120_000,
  lateSpawnMs: 60_000,
  probeMs: 20_000,
  settleMs: 3_000,
  turnEndMs: 1_000,
  openCallMs: 30_000,
  unheardMs: 300_000,
  silenceMs: 60_000,
  offlineMs: 15_000,
};
