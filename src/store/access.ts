import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { PairingOutcome, Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";

export type AccessRepository = Pick<Store, "pairedUsers" | "openPairing" | "hasOpenPairing" | "tryPairing">;

const maxWrongCodes = 5;

const userRow = z.object({ userId: z.number(), chatId: z.number(), name: z.string(), pairedAt: z.number() });
const pairingRow = z.object({ codeHash: z.string(), expiresAt: z.number(), wrongCodes: z.number() });
type Pairing = z.output<typeof pairingRow>;

export function createAccessRepository(journal: Journal, now: () => number): AccessRepository {
  const users = journal.list(
    `SELECT user_id AS userId, chat_id AS chatId, name, paired_at AS pairedAt FROM paired_users ORDER BY paired_at, user_id`,
    userRow,
  );
  const addUser = journal.change(
    `INSERT INTO paired_users (user_id, chat_id, name, paired_at) VALUES (@userId, @chatId, @name, @pairedAt)
     ON CONFLICT DO UPDATE SET chat_id = excluded.chat_id, name = excluded.name, paired_at = excluded.paired_at`,
  );
  const open = journal.change(
    "INSERT OR REPLACE INTO pairing (id, code_hash, expires_at, wrong_codes) VALUES (1, @codeHash, @expiresAt, 0)",
  );
  const pairing = journal.first(
    "SELECT code_hash AS codeHash, expires_at AS expiresAt, wrong_codes AS wrongCodes FROM pairing",
    pairingRow,
  );
  const countWrong = journal.change("UPDATE pairing SET wrong_codes = wrong_codes + 1");
  const close = journal.change("DELETE FROM pairing");

  const attempt = (codeHash: string): PairingOutcome => {
    const current = pairing({});
    const outcome = current === undefined ? "none" : judge(current, codeHash, now());
    if (outcome !== "wrong") return outcome;
    countWrong({});
    return current?.wrongCodes === maxWrongCodes - 1 ? "locked" : "wrong";
  };
  return {
    pairedUsers: () => users({}),
    openPairing: (codeHash, expiresAt) => {
      open({ codeHash, expiresAt });
    },
    hasOpenPairing: (at) => {
      const current = pairing({});
      return current !== undefined && current.wrongCodes < maxWrongCodes && current.expiresAt > at;
    },
    tryPairing: (codeHash, { userId, chatId, name, pairedAt }) =>
      journal.atomic(() => {
        const outcome = attempt(codeHash);
        if (outcome === "paired") {
          addUser({ userId, chatId, name, pairedAt });
          close({});
        }
        return outcome;
      }),
  };
}

function judge({ codeHash, expiresAt, wrongCodes }: Pairing, tried: string, now: number): PairingOutcome {
  if (wrongCodes >= maxWrongCodes) return "locked";
  if (expiresAt <= now) return "expired";
  return isSameHash(codeHash, tried) ? "paired" : "wrong";
}

function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
