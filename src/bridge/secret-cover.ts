import type { ApprovalRequest, DecisionRequest, Question } from "../domain/decision.ts";
import type { TakopiEvent } from "../domain/event.ts";
import type { MessageText } from "../domain/message-text.ts";

/**
 * Covers secrets in what goes into the chat. It is used in two places. Where an engine's words enter: whole, before anything is
 * shortened or split, for half a secret is not recognised any more; from there on only covered text is shown and queued. And at the
 * chat itself, as a net below everything that comes another way: sentences about errors, titles of sessions, toasts.
 */
export interface SecretCover {
  /** The text with every secret covered character for character, so that what is said about places in it stays true. */
  readonly cover: (text: string) => string;
  /** The different secrets in a text that may be shown on purpose, in the order they appear. */
  readonly secretsIn: (text: string) => readonly string[];
}

/** Where nothing is secret. */
export const coversNothing: SecretCover = { cover: (text) => text, secretsIn: () => [] };

/** Entities stay where they are; the addresses of links are covered too. */
export function coverContent({ cover }: Pick<SecretCover, "cover">, content: MessageText): MessageText {
  const entities = content.entities.map((entity) =>
    entity.url === undefined ? entity : { ...entity, url: cover(entity.url) },
  );
  return { text: cover(content.text), entities };
}

/** What a progress message shows of an event. The session's token is no secret: it is how the user goes on. */
export function coverEvent({ cover }: SecretCover, event: TakopiEvent): TakopiEvent {
  switch (event.type) {
    case "started":
      return event.title === undefined ? event : { ...event, title: cover(event.title) };
    case "action": {
      const { title, detail } = event.action;
      const changes = detail.changes?.map((change) => ({ ...change, path: cover(change.path) }));
      const action = { ...event.action, title: cover(title), detail: { ...detail, ...(changes && { changes }) } };
      return { ...event, action, ...(event.message !== undefined && { message: cover(event.message) }) };
    }
    case "completed":
      return event;
  }
}

/** A row of a decision as it is shown. The engine is answered in the words of the request itself. */
export function withCoveredRequest<Row extends { readonly request: DecisionRequest }>(
  secrets: SecretCover,
  row: Row,
): Row {
  return { ...row, request: coverRequest(secrets, row.request) };
}

function coverRequest(secrets: SecretCover, request: DecisionRequest): DecisionRequest {
  switch (request.kind) {
    case "approval":
      return coverApproval(secrets, request);
    case "question":
      return { ...request, questions: request.questions.map((question) => coverQuestion(secrets, question)) };
    case "plan":
      return { ...request, markdown: secrets.cover(request.markdown) };
  }
}

function coverApproval({ cover }: SecretCover, request: ApprovalRequest): ApprovalRequest {
  const { tool, title, input } = request;
  return { ...request, tool: cover(tool), title: cover(title), input: coverDeep(cover, input, 0) };
}

function coverQuestion({ cover }: SecretCover, question: Question): Question {
  const options = question.options.map(({ label, description }) => ({
    label: cover(label),
    ...(description !== undefined && { description: cover(description) }),
  }));
  return { ...question, text: cover(question.text), options };
}

/** Deeper than any tool's input; what an engine sends could be deep enough to end the program. */
const MAX_DEPTH = 40;

function coverDeep(cover: SecretCover["cover"], value: unknown, depth: number): unknown {
  if (typeof value === "string") return cover(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.map((item) => coverDeep(cover, item, depth + 1));
  const entries = Object.entries(value).map(([key, item]) => [cover(key), coverDeep(cover, item, depth + 1)]);
  return Object.fromEntries(entries);
}
