import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";

/** Who did what. Only ever added to. */
export type AuditRepository = Pick<Store, "audit">;

export function createAuditRepository(journal: Journal): AuditRepository {
  const insertEntry = journal.change(
    "INSERT INTO audit (at, actor, verb, subject, detail) VALUES (@at, @actor, @verb, @subject, @detail)",
  );
  return {
    audit: ({ at, actor, verb, subject, detail }) => {
      insertEntry({
        at,
        actor,
        verb,
        subject: subject ?? null,
        detail: detail === undefined ? null : JSON.stringify(detail),
      });
    },
  };
}
