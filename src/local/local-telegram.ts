import type { Server } from "node:http";
import type { ApiUser } from "./bot-api-types.ts";
import { createLocalServer } from "./http/server.ts";
import { LocalTelegramError } from "./local-telegram-error.ts";
import { LocalWorld } from "./local-world.ts";
import { createState } from "./world/local-state.ts";
import { BOT_FIRST_NAME, BOT_USERNAME, extraUser, LOCAL_TOKEN, OWNER, STRANGER, FORUM, GROUP } from "./world/seed.ts";

export interface LocalTelegramOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  readonly host?: "127.0.0.1";
  /** Default: a fixed well-formed token. The bot's id is its first part. */
  readonly token?: string;
  /** Default false. True: Telegram's published limits, with penalties that grow. */
  readonly floodLimits?: boolean;
  /** Milliseconds since 1970; default the system clock. */
  readonly now?: () => number;
  /**
   * Ids of messages, updates and presses are above this. Default: tenths of a second since 2026 by `now`, so that a bot that kept
   * its journal from an earlier start never sees an id twice.
   */
  readonly firstId?: number;
  /** How many more people there are, each with a private chat; default 0. */
  readonly extraUsers?: number;
}

/** A person in the local chats. */
interface LocalPerson {
  readonly id: number;
  readonly name: string;
  readonly privateChatId: number;
}

/** A running local Telegram. */
export interface LocalTelegram {
  /** `http://127.0.0.1:PORT`, without a slash at the end: both the `api_root` and the chat page. */
  readonly url: string;
  readonly token: string;
  readonly bot: { readonly id: number; readonly username: string; readonly firstName: string };
  /** The one to allow. Has started the bot. */
  readonly owner: LocalPerson;
  /** Never wrote to the bot: until then the bot can't write there. */
  readonly stranger: LocalPerson;
  /** Ids of the groups the bot is in. */
  readonly groups: readonly number[];
  /** As many as `extraUsers` asked for. They never wrote to the bot either. */
  readonly extras: readonly LocalPerson[];
  readonly world: LocalWorld;
  /** Ends all connections. Forgets everything. */
  close(): Promise<void>;
}

/** Starts a Bot API server with its chats on loopback. Throws `LocalTelegramError` when the port can't be had. */
export async function startLocalTelegram(options: LocalTelegramOptions = {}): Promise<LocalTelegram> {
  const { port = 0, host = "127.0.0.1", token = LOCAL_TOKEN, now = Date.now, floodLimits = false } = options;
  const bot = botOf(token);
  const extraUsers = Array.from({ length: options.extraUsers ?? 0 }, (_, index) => extraUser(index + 1));
  const firstId = options.firstId ?? tenthsSince2026(now());
  const state = createState({ now, bot, floodLimits, firstId, extraUsers });
  const world = new LocalWorld(state, () => server.closeAllConnections());
  const server = createLocalServer(world, token);
  await listen(server, { port, host });
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host}:${bound}`,
    token,
    bot: { id: bot.id, username: BOT_USERNAME, firstName: BOT_FIRST_NAME },
    owner: personOf(OWNER),
    stranger: personOf(STRANGER),
    groups: [GROUP.id, FORUM.id],
    extras: extraUsers.map(personOf),
    world,
    close: () => close(server),
  };
}

function botOf(token: string): ApiUser {
  const id = /^(\d{1,15}):[\w-]{30,}$/.exec(token)?.[1];
  if (id === undefined)
    throw new LocalTelegramError("the token must look like 123456:AbC… (digits, a colon, 30 or more characters)");
  return { id: Number(id), is_bot: true, first_name: BOT_FIRST_NAME, username: BOT_USERNAME };
}

function tenthsSince2026(now: number): number {
  return Math.max(1000, Math.floor((now - Date.UTC(2026, 0, 1)) / 100));
}

function listen(server: Server, { port, host }: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "is used by another program" : `can't be opened (${error.code})`;
      const advice = "end that program, or choose another port (0 takes a free one)";
      reject(new LocalTelegramError(`port ${port} of ${host} ${reason}: ${advice}`, { cause: error }));
    });
    server.listen(port, host, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function personOf(user: ApiUser): LocalPerson {
  return { id: user.id, name: user.first_name, privateChatId: user.id };
}
