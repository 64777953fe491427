import { z } from "zod";
import type { DecisionFace, DecisionStore, NewDecision } from "../bridge/decisions/decision-store.ts";
import { emptyDraft } from "../bridge/decisions/draft.ts";
import type { DeliveriesRepository } from "./deliveries.ts";
import { decisionRow, faceRow } from "./decision-row.ts";
import type { Journal, SqlParams } from "./journal.ts";
import type { OutboxRepository } from "./outbox.ts";

/** Also tells a decision where it can be seen, once that is known. */
export type DecisionsRepository = DecisionStore & Pick<DeliveriesRepository, "markSent">;

export interface DecisionsNeighbours {
  readonly outbox: Pick<OutboxRepository, "enqueue">;
  readonly deliveries: Pick<DeliveriesRepository, "markSent">;
}

const shownRow = z.object({ chatId: z.number(), topicId: z.number().nullable(), messageId: z.number() });

export function createDecisionsRepository(journal: Journal, neighbours: DecisionsNeighbours): DecisionsRepository {
  const { outbox, deliveries } = neighbours;
  const { insert, find, ofMessage, open, draft, unbind, answer, settle } = decisionStatements(journal);
  const show = createFaces(journal, outbox);
  return {
    openDecision: (decision) =>
      journal.atomic(() => {
        insert({ ...newParams(decision), state: "pending", ...unanswered });
        for (const [index, operation] of decision.messages.entries()) {
          const { thread, runId, key } = decision;
          const isOwn = index === decision.messages.length - 1;
          outbox.enqueue({ thread, runId, role: "notice", operation, ...(isOwn && { decision: key }) });
        }
      }),
    recordDecision: (decision, given) => {
      insert({ ...newParams(decision), state: "taken", ...answerParams(given) });
    },
    findDecision: (key) => find({ key }),
    decisionOfMessage: ({ chatId, messageId }) => ofMessage({ chatId, messageId }),
    openDecisions: (runId) => open({ runId: runId ?? null }),
    draftDecision: (key, next, face) =>
      journal.atomic(() => {
        if (draft({ key, draft: JSON.stringify(next) }) === 0) return false;
        show.put(key, face);
        return true;
      }),
    showAgain: (key, operation) =>
      journal.atomic(() => {
        const row = find({ key });
        if (row === undefined || unbind({ key }) === 0) return;
        const { thread, runId } = row;
        outbox.enqueue({ thread, runId, role: "notice", operation, decision: key });
      }),
    answerDecision: (key, given) => answer({ key, ...answerParams(given) }) === 1,
    settleDecision: (key, state, face) =>
      journal.atomic(() => {
        if (settle({ key, state }) === 0) return false;
        show.put(key, face);
        return true;
      }),
    markSent: (id, message) =>
      journal.atomic(() => {
        deliveries.markSent(id, message);
        if (message !== undefined) show.sent(id, message.messageId);
      }),
  };
}

function decisionStatements(journal: Journal) {
  return {
    insert: journal.change(
      `INSERT INTO decisions (key, run_id, chat_id, topic_id, kind, request, state, draft, decision, decided_by,
       decided_by_name, asked_at, decided_at)
     VALUES (@key, @runId, @chatId, @topicId, @kind, @request, @state, @draft, @decision, @decidedBy,
       @decidedByName, @askedAt, @decidedAt)`,
    ),
    find: journal.first("SELECT * FROM decisions WHERE key = @key", decisionRow),
    ofMessage: journal.first(
      "SELECT * FROM decisions WHERE chat_id = @chatId AND message_id = @messageId",
      decisionRow,
    ),
    // Without the hint every decision there ever was is read through, for the sake of the order.
    open: journal.list(
      `SELECT * FROM decisions INDEXED BY decisions_open
       WHERE state IN ('pending', 'answered') AND (@runId IS NULL OR run_id = @runId) ORDER BY seq`,
      decisionRow,
    ),
    draft: journal.change("UPDATE decisions SET draft = @draft WHERE key = @key AND state = 'pending'"),
    unbind: journal.change(
      "UPDATE decisions SET message_id = NULL, face = NULL WHERE key = @key AND state = 'pending' AND message_id IS NOT NULL",
    ),
    answer: journal.change(
      `UPDATE decisions SET state = 'answered', decision = @decision, decided_by = @decidedBy,
       decided_by_name = @decidedByName, decided_at = @decidedAt WHERE key = @key AND state = 'pending'`,
    ),
    settle: journal.change("UPDATE decisions SET state = @state WHERE key = @key AND state IN ('pending', 'answered')"),
  };
}

type Faces = { put(key: string, face: DecisionFace): void; sent(outboxId: number, messageId: number): void };

/** What a decision's message is to show: by an edit, or, as long as the message is on its way, in its place or after it. */
function createFaces(journal: Journal, outbox: Pick<OutboxRepository, "enqueue">): Faces {
  const shown = journal.first(
    `SELECT chat_id AS chatId, topic_id AS topicId, message_id AS messageId FROM decisions
     WHERE key = @key AND message_id IS NOT NULL`,
    shownRow,
  );
  const replace = journal.change(
    `UPDATE outbox SET operation = json_set(operation, '$.content', json(@content), '$.keyboard', json(@keyboard))
     WHERE decision_key = @key AND state = 'queued'`,
  );
  const keep = journal.change("UPDATE decisions SET face = @face WHERE key = @key");
  const bind = journal.change(
    `UPDATE decisions SET message_id = @messageId
     WHERE key = (SELECT decision_key FROM outbox WHERE id = @id) AND message_id IS NULL`,
  );
  const kept = journal.first(
    `SELECT key, face FROM decisions
     WHERE face IS NOT NULL AND key = (SELECT decision_key FROM outbox WHERE id = @id)`,
    faceRow,
  );
  const put = (key: string, { content, keyboard }: DecisionFace): void => {
    const message = shown({ key });
    if (message === undefined) {
      const params = { key, content: JSON.stringify(content), keyboard: JSON.stringify(keyboard) };
      // What was kept before is older than this, and must not come after it.
      keep({ key, face: replace(params) === 0 ? JSON.stringify({ content, keyboard }) : null });
      return;
    }
    const { chatId, topicId, messageId } = message;
    const thread = { chatId, ...(topicId !== null && { topicId }) };
    outbox.enqueue({ thread, role: "notice", operation: { type: "edit", messageId, content, keyboard } });
  };
  return {
    put,
    sent: (id, messageId) => {
      if (bind({ id, messageId }) === 0) return;
      const late = kept({ id });
      if (late !== undefined) put(late.key, late.face);
    },
  };
}

const unanswered: SqlParams = { decision: null, decidedBy: null, decidedByName: null, decidedAt: null };

function newParams({ key, runId, thread, request, askedAt }: Omit<NewDecision, "messages">): SqlParams {
  const { chatId, topicId = null } = thread;
  const draft = JSON.stringify(emptyDraft);
  return { key, runId, chatId, topicId, kind: request.kind, request: JSON.stringify(request), draft, askedAt };
}

function answerParams({
  decision,
  decidedBy,
  decidedByName,
  decidedAt,
}: Parameters<DecisionStore["answerDecision"]>[1]): SqlParams {
  return { decision: JSON.stringify(decision), decidedBy, decidedByName: decidedByName ?? null, decidedAt };
}
