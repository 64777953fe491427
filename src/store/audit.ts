import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";

/** Who decided and did what. Only ever added to. */
export type AuditRepository = Pick<Store, "recordDecision" | "audit">;

export function createAuditRepository(journal: Journal): AuditRepository {
  const insertDecision = journal.change(
    `INSERT INTO decisions (run_id, request_id, kind, request, decision, decided_by, decided_at)
     VALUES (@runId, @requestId, @kind, @request, @decision, @decidedBy, @decidedAt)`,
  );
  const insertEntry = journal.change(
    "INSERT INTO audit (at, actor, verb, subject, detail) VALUES (@at, @actor, @verb, @subject, @detail)",
  );
  return {
    recordDecision: ({ runId, request, decision, decidedBy, decidedAt }) => {
      insertDecision({
        runId,
        requestId: request.id,
        kind: request.kind,
        request: JSON.stringify(request),
        decision: JSON.stringify(decision),
        decidedBy,
        decidedAt,
      });
    },
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
