import type { Incoming } from "../../domain/incoming.ts";

/**
 * One thing the bot reacts to. Says whether it took the update; then no later feature sees it. What takes long goes on behind, and what
 * can't be done yet is handed in again: the update stays in the journal until that is through.
 */
export type Feature = (
  incoming: Incoming,
) => boolean | { readonly later: Promise<void> } | { readonly again: Promise<void> };

/** The command a text is, such as `cancel` for `/cancel now`; undefined for anything else. */
export function commandOf(text: string): string | undefined {
  return /^\/(?<name>[a-z0-9_]+)(?=\s|$)/i.exec(text.trim())?.groups?.["name"]?.toLowerCase();
}
