import type { Server, Socket } from "socket.io";
import { z } from "zod";
import type { StoredSession } from "./account.ts";
import type { Faults } from "./faults.ts";
import type { Peer, World } from "./world.ts";

type Ack = (answer: unknown) => void;

// What clients and programs send.
const handshake = z.object({
  token: z.string(),
  clientType: z.enum(["user-scoped", "session-scoped", "machine-scoped"]).default("user-scoped"),
  sessionId: z.string().optional(),
  machineId: z.string().optional(),
});

const metadataChange = z.object({ sid: z.string(), metadata: z.string(), expectedVersion: z.number() });

const stateChange = z.object({
  sid: z.string(),
  agentState: z.string().nullable(),
  expectedVersion: z.number(),
});

const aliveBody = z.object({ sid: z.string(), time: z.number(), thinking: z.boolean().default(false) });

const endBody = z.object({ sid: z.string(), time: z.number() });

const emittedMessage = z.object({
  sid: z.string(),
  message: z.string(),
  localId: z.string().nullable().default(null),
});

const rpcBody = z.object({ method: z.string(), params: z.string() });

const rpcName = z.object({ method: z.string() });

/** Answers what comes over sockets, as the real server does, with the faults that are wanted. */
export function serveSockets(io: Server, world: World, faults: Faults): void {
  io.use((socket, next) => {
    const { data } = handshake.safeParse(socket.handshake.auth);
    next(data !== undefined && world.accountOf(data.token) ? undefined : new Error("Invalid authentication token"));
  });
  io.on("connection", (socket) => {
    const { token, clientType, sessionId, machineId } = handshake.parse(socket.handshake.auth);
    const account = world.accountOf(token);
    if (account === undefined) return;
    const peer: Peer = { account, socket, type: clientType, sessionId, machineId };
    world.enter(peer);
    tellMachine(world, peer, true);
    socket.on("disconnect", () => {
      world.leave(peer);
      tellMachine(world, peer, false);
      const listeners = world.listenersOf(account);
      for (const [method, listener] of listeners) if (listener === socket) listeners.delete(method);
    });
    serveChanges(peer, world, faults);
    serveLife(peer, world);
    serveCalls(peer, world, faults);
    socket.on("ping", (ack: Ack) => ack({}));
  });
}

function tellMachine(world: World, { type, machineId, account }: Peer, active: boolean): void {
  const machine = type === "machine-scoped" ? account.machines.get(machineId ?? "") : undefined;
  if (machine === undefined) return;
  const activeAt = Date.now();
  // The record goes on saying that it is active, for half an hour.
  if (active) Object.assign(machine, { active, activeAt });
  world.tellEphemeral(account, { type: "machine-activity", id: machine.id, active, activeAt });
}

function serveChanges({ account, socket }: Peer, world: World, faults: Faults): void {
  socket.on("update-metadata", (payload: unknown, ack: Ack) => {
    const change = metadataChange.safeParse(payload).data;
    if (change === undefined) return ack({ result: "error" });
    const session = account.sessions.get(change.sid);
    // The real server says nothing about sessions it does not have.
    if (session === undefined || faults.silentAcks.has("update-metadata")) return;
    const isLost = faults.nextConflict(session);
    const { metadataVersion: version, metadata } = session;
    if (isLost || version !== change.expectedVersion) return ack({ result: "version-mismatch", version, metadata });
    Object.assign(session, { metadata: change.metadata, metadataVersion: version + 1 });
    ack({ result: "success", version: version + 1, metadata: change.metadata });
    const told = { metadata: { value: change.metadata, version: version + 1 } };
    world.tellUpdate(account, { t: "update-session", id: session.id, ...told }, { sessionId: session.id });
  });
  socket.on("update-state", (payload: unknown, ack: Ack) => {
    const change = stateChange.safeParse(payload).data;
    const session = change === undefined ? undefined : account.sessions.get(change.sid);
    if (change === undefined || session === undefined) return ack({ result: "error" });
    const { agentStateVersion: version, agentState } = session;
    if (version !== change.expectedVersion) return ack({ result: "version-mismatch", version, agentState });
    Object.assign(session, { agentState: change.agentState, agentStateVersion: version + 1 });
    ack({ result: "success", version: version + 1, agentState: change.agentState });
    const told = { agentState: { value: change.agentState, version: version + 1 } };
    world.tellUpdate(account, { t: "update-session", id: session.id, ...told }, { sessionId: session.id });
  });
  socket.on("message", (payload: unknown) => {
    const { sid, message, localId } = emittedMessage.parse(payload);
    const session = account.sessions.get(sid);
    const added = session && account.addMessage(session, message, localId);
    if (session && added) world.tellMessage(account, session.id, { message: added, sender: socket });
  });
}

function serveLife({ account, socket }: Peer, world: World): void {
  socket.on("session-alive", (payload: unknown) => {
    const { sid, time, thinking } = aliveBody.parse(payload);
    const session = account.sessions.get(sid);
    // A resumed session stays marked as ended, and its signs of life are dropped.
    if (session?.active !== true) return;
    session.activeAt = time;
    world.tellEphemeral(account, { type: "activity", id: sid, active: true, activeAt: time, thinking });
  });
  socket.on("session-end", (payload: unknown) => {
    const session: StoredSession | undefined = account.sessions.get(endBody.parse(payload).sid);
    if (session !== undefined) world.endSession(account, session);
  });
}

function serveCalls({ account, socket }: Peer, world: World, faults: Faults): void {
  const listeners = world.listenersOf(account);
  socket.on("rpc-register", (payload: unknown) => {
    const { method } = rpcName.parse(payload);
    listeners.set(method, socket);
    socket.emit("rpc-registered", { method });
  });
  socket.on("rpc-call", async (payload: unknown, ack: Ack) => {
    const { method, params } = rpcBody.parse(payload);
    const target = listeners.get(method) ?? (await faults.listenerFor(() => listeners.get(method)));
    if (target === undefined) return ack({ ok: false, error: "RPC method not available" });
    try {
      ack({ ok: true, result: await ask(target, { method, params }, faults) });
    } catch (error) {
      ack({ ok: false, error: error instanceof Error ? error.message : "RPC call failed" });
    }
  });
}

async function ask(target: Socket, request: object, { callMs }: Faults): Promise<unknown> {
  const answer: unknown = await target.timeout(callMs).emitWithAck("rpc-request", request);
  return answer;
}
