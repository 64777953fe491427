import type { Store } from "../bridge/store-port.ts";
import { createAccessRepository } from "./access.ts";
import { createAuditRepository } from "./audit.ts";
import { createChatMigration } from "./chat-migration.ts";
import { createChoicesRepository } from "./choices.ts";
import { createDecisionsRepository } from "./decisions.ts";
import { createDeliveriesRepository } from "./deliveries.ts";
import { createFactsRepository } from "./facts.ts";
import { createFilesRepository } from "./files.ts";
import { createInboxRepository } from "./inbox.ts";
import type { Journal } from "./journal.ts";
import { createMessagesRepository } from "./messages.ts";
import { createOutboxRepository } from "./outbox.ts";
import { createProcessesRepository } from "./processes.ts";
import { createRetentionRepository } from "./retention.ts";
import { createRunQueueRepository } from "./run-queue.ts";
import { createRunResultsRepository } from "./run-results.ts";
import { createRunSessionsRepository } from "./run-sessions.ts";
import { createRunsRepository } from "./runs.ts";
import { createSessionsRepository } from "./sessions.ts";
import { createSteeringRepository } from "./steering.ts";

/** Puts the repositories of one migrated database together. */
export function composeStore(journal: Journal, now: () => number): Store {
  const inbox = createInboxRepository(journal, now);
  const messages = createMessagesRepository(journal);
  const audit = createAuditRepository(journal);
  const outbox = createOutboxRepository(journal, now);
  const files = createFilesRepository(journal, now, { inbox, outbox });
  const deliveries = createDeliveriesRepository(journal, { messages, files });
  return {
    ...inbox,
    ...createRunsRepository(journal, { inbox, messages, outbox, audit, files }),
    ...createRunQueueRepository(journal),
    ...createRunResultsRepository(journal),
    ...createRunSessionsRepository(journal),
    ...messages,
    ...createSessionsRepository(journal, now),
    ...outbox,
    ...deliveries,
    ...files,
    ...createDecisionsRepository(journal, { outbox, deliveries }),
    ...createChoicesRepository(journal),
    ...createSteeringRepository(journal, { outbox }),
    ...createChatMigration(journal),
    ...createProcessesRepository(journal),
    ...audit,
    ...createAccessRepository(journal, now),
    ...createFactsRepository(journal),
    ...createRetentionRepository(journal),
    close: () => {
      journal.close();
    },
  };
}
