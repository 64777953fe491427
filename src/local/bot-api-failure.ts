/** `parameters` of an error answer, by Telegram's names. */
export interface FailureParameters {
  readonly retry_after?: number;
  readonly migrate_to_chat_id?: number;
}

/** A refusal as the Bot API answers it: HTTP status, `description`, and `parameters` where there are any. */
export class BotApiFailure extends Error {
  readonly code: number;
  readonly parameters: FailureParameters | undefined;

  constructor(code: number, reason: string, parameters?: FailureParameters) {
    super(describe(code, reason));
    this.name = "BotApiFailure";
    this.code = code;
    this.parameters = parameters;
  }
}

/** 400 with the text shape of the real server: `badRequest("Text must be…")` reads `Bad Request: text must be…`. */
export function badRequest(reason: string): BotApiFailure {
  return new BotApiFailure(400, reason);
}

/** 429 with the texts and parameters of the real server. `retryAfter` is in seconds. */
export function tooManyRequests(retryAfter: number): BotApiFailure {
  return new BotApiFailure(429, `retry after ${retryAfter}`, { retry_after: retryAfter });
}

const PREFIXES: ReadonlyMap<number, string> = new Map([
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [409, "Conflict"],
  [429, "Too Many Requests"],
  [500, "Internal Server Error"],
]);

function describe(code: number, reason: string): string {
  const prefix = PREFIXES.get(code);
  if (prefix === undefined || reason.startsWith(prefix)) return reason;
  return `${prefix}: ${/^.[A-Z_]/.test(reason) ? reason : reason.charAt(0).toLowerCase() + reason.slice(1)}`;
}
