import { z } from "zod";
import type { Account, StoredMachine, StoredMessage, StoredSession } from "./account.ts";
import { findByLocalId } from "./account.ts";
import type { World } from "./world.ts";

// What clients and machines send.
const authBody = z.object({ publicKey: z.string(), challenge: z.string(), signature: z.string() });

const sessionBody = z.object({
  tag: z.string(),
  metadata: z.string(),
  dataEncryptionKey: z.string().nullable().default(null),
});

const machineBody = z.object({
  id: z.string(),
  metadata: z.string(),
  daemonState: z.string().nullable().default(null),
  dataEncryptionKey: z.string().nullable().default(null),
});

const postBody = z.object({
  messages: z
    .array(z.object({ content: z.string(), localId: z.string().min(1) }))
    .min(1)
    .max(100),
});

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly token: string | undefined;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Handler = (found: { account: Account; call: Call; id: string; world: World }) => Answer;

/** In their order; `:id` captures. */
const routes: readonly (readonly [string, Handler])[] = [
  ["GET /v1/sessions", ({ account }) => ok({ sessions: newest(account).slice(0, 150).map(withoutMessages) })],
  ["GET /v2/sessions", pageOfSessions],
  ["POST /v1/sessions", makeSession],
  ["GET /v1/sessions/:id/messages", newestMessages],
  ["GET /v3/sessions/:id/messages", pageOfMessages],
  ["POST /v3/sessions/:id/messages", addMessages],
  ["POST /v1/sessions/:id/archive", archive],
  ["DELETE /v1/sessions/:id", remove],
  ["GET /v1/machines", ({ account }) => ok([...account.machines.values()])],
  ["GET /v1/machines/:id", oneMachine],
  ["POST /v1/machines", makeMachine],
];

export function answerTo(call: Call, world: World): Answer {
  if (call.url.pathname === "/v1/auth") return authenticate(call, world);
  const account = world.accountOf(call.token);
  if (account === undefined) return { status: 401, body: { error: "Invalid token" } };
  for (const [route, handler] of routes) {
    const id = match(route, call);
    if (id !== undefined) return handler({ account, call, id, world });
  }
  return { status: 404, body: { error: "Not found" } };
}

function match(route: string, { method, url }: Call): string | undefined {
  const pattern = new RegExp(`^${route.replace(":id", "(?<id>[^/]+)")}$`, "u");
  const found = pattern.exec(`${method} ${url.pathname}`);
  return found === null ? undefined : decodeURIComponent(found.groups?.["id"] ?? "");
}

function authenticate({ body }: Call, world: World): Answer {
  const token = world.signIn(authBody.parse(body));
  return token === undefined ? { status: 401, body: { error: "Invalid signature" } } : ok({ success: true, token });
}

function pageOfSessions({ account, call }: Parameters<Handler>[0]): Answer {
  const limit = Number(call.url.searchParams.get("limit") ?? 50);
  const before = call.url.searchParams.get("cursor")?.slice("cursor_v1_".length);
  const all = [...account.sessions.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const rest = all.filter(({ id }) => before === undefined || id < before);
  const page = rest.slice(0, limit);
  const hasNext = rest.length > limit;
  const nextCursor = hasNext ? `cursor_v1_${page.at(-1)?.id}` : null;
  return ok({ sessions: page.map(withoutMessages), nextCursor, hasNext });
}

function makeSession({ account, call, world }: Parameters<Handler>[0]): Answer {
  const { session, isNew } = account.makeSession(sessionBody.parse(call.body));
  if (!isNew) Object.assign(session, { active: true, activeAt: Date.now() });
  if (isNew) world.tellUpdate(account, { t: "new-session", ...recordOf(session) });
  return ok({ session: { ...recordOf(session), lastMessage: null } });
}

function newestMessages({ account, id }: Parameters<Handler>[0]): Answer {
  const session = account.sessions.get(id);
  if (session === undefined) return notFound("Session not found");
  return ok({ messages: session.messages.toReversed().slice(0, 150) });
}

function pageOfMessages({ account, id, call }: Parameters<Handler>[0]): Answer {
  const session = account.sessions.get(id);
  if (session === undefined) return notFound("Session not found");
  const after = Number(call.url.searchParams.get("after_seq") ?? 0);
  const limit = Number(call.url.searchParams.get("limit") ?? 100);
  const rest = session.messages.filter(({ seq }) => seq > after);
  return ok({ messages: rest.slice(0, limit), hasMore: rest.length > limit });
}

function addMessages({ account, id, call, world }: Parameters<Handler>[0]): Answer {
  const session = account.sessions.get(id);
  if (session === undefined) return notFound("Session not found");
  const sent = postBody.parse(call.body).messages.flatMap(({ content, localId }) => {
    const added = account.addMessage(session, content, localId);
    if (added !== undefined) world.tellMessage(account, session.id, { message: added });
    return added ?? findByLocalId(session, localId) ?? [];
  });
  return ok({ messages: sent.map(withoutContent) });
}

function archive({ account, id, world }: Parameters<Handler>[0]): Answer {
  const session = account.sessions.get(id);
  if (session === undefined) return notFound("Session not found");
  world.endSession(account, session);
  return ok({ success: true });
}

function remove({ account, id, world }: Parameters<Handler>[0]): Answer {
  if (!account.sessions.delete(id)) return notFound("Session not found or not owned by user");
  world.tellUpdate(account, { t: "delete-session", sid: id });
  return ok({ success: true });
}

function oneMachine({ account, id }: Parameters<Handler>[0]): Answer {
  const machine = account.machines.get(id);
  return machine === undefined ? notFound("Machine not found") : ok({ machine });
}

function makeMachine({ account, call }: Parameters<Handler>[0]): Answer {
  const machine: StoredMachine = account.makeMachine(machineBody.parse(call.body));
  return ok({ machine });
}

function newest(account: Account): readonly StoredSession[] {
  return [...account.sessions.values()].toSorted((a, b) => b.updatedAt - a.updatedAt);
}

function recordOf(session: StoredSession): object {
  return without(session, "messages", "tag");
}

function withoutMessages(session: StoredSession): object {
  return { ...recordOf(session), lastMessage: null };
}

function withoutContent(message: StoredMessage): object {
  return without(message, "content");
}

function without(record: object, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function notFound(error: string): Answer {
  return { status: 404, body: { error } };
}
