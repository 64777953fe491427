import { z } from "zod";
import { badRequest } from "../bot-api-failure.ts";
import type { BotCall, BotMethods } from "./method.ts";

/** Who the bot is, and how it gets updates. */
export const receivingMethods: BotMethods = {
  getMe,
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
  logOut: () => true,
  close: () => true,
};

/** Telegram: a poll waits at most 50 seconds. */
const MAX_TIMEOUT_S = 50;

function getMe({ state }: BotCall): unknown {
  const topics = [...state.chats.values()].some((chat) => chat.info.type === "private" && chat.topics.size > 0);
  return {
    ...state.bot,
    can_join_groups: true,
    // Privacy mode is off: the bot sees every message of its groups.
    can_read_all_group_messages: true,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: topics,
    allows_users_to_create_topics: topics,
  };
}

// The real server also slows down repeated polls and conflicts by 3 s; here every answer comes at once.
function getUpdates({ state, params, signal }: BotCall): unknown {
  const offset = params.integer("offset");
  const limit = params.integer("limit") ?? 100;
  const timeoutS = Math.min(MAX_TIMEOUT_S, Math.max(0, params.integer("timeout") ?? 0));
  const allowed = z.array(z.string()).optional().safeParse(params.json("allowed_updates", "allowed updates"));
  return state.updates.poll({
    limit: limit < 1 || limit > 100 ? 100 : limit,
    timeoutMs: timeoutS * 1000,
    signal,
    ...(offset === undefined ? {} : { offset }),
    ...(allowed.success && allowed.data !== undefined ? { allowed: allowed.data } : {}),
  });
}

function setWebhook(call: BotCall): unknown {
  if ((call.params.text("url") ?? "") === "") return deleteWebhook(call);
  throw badRequest("bad webhook: this server delivers updates by getUpdates only");
}

function deleteWebhook({ state, params }: BotCall): unknown {
  if (params.flag("drop_pending_updates")) state.updates.clear();
  return true;
}

function getWebhookInfo({ state }: BotCall): unknown {
  return { url: "", has_custom_certificate: false, pending_update_count: state.updates.pendingCount };
}
