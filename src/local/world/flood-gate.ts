/** Telegram's published limits: about 1 message/s in a chat with short bursts, 20 per minute in a group, 30 per second in all. */
const CHAT_BURST = 5;
const CHAT_PER_SECOND = 1;
const GROUP_PER_MINUTE = 20;
const GLOBAL_PER_SECOND = 30;
/** A minute less a second of grace: a client counts when it sends, this gate when the call arrives. */
const GROUP_WINDOW_MS = 59_000;

/** Penalties double with each violation within a minute of the last one; measured ones went up to some minutes. */
const FIRST_PENALTY_S = 3;
const MAX_PENALTY_S = 300;
const FORGIVE_AFTER_MS = 60_000;

interface ChatBudget {
  tokens: number;
  filledAt: number;
  /** Times of the calls within the group's window. */
  recent: number[];
  blockedUntil: number;
  penaltyS: number;
}

/** Counts calls against Telegram's published limits. */
export class FloodGate {
  readonly #budgets = new Map<number, ChatBudget>();
  #globalRecent: number[] = [];

  /** Undefined when the call may pass, else the `retry_after` in seconds. A refused call counts as nothing but a violation. */
  check(chatId: number, now: number): number | undefined {
    const budget = this.#budgetOf(chatId, now);
    if (now < budget.blockedUntil) return Math.ceil((budget.blockedUntil - now) / 1000);
    budget.tokens = Math.min(CHAT_BURST, budget.tokens + ((now - budget.filledAt) / 1000) * CHAT_PER_SECOND);
    budget.filledAt = now;
    budget.recent = budget.recent.filter((at) => now - at < GROUP_WINDOW_MS);
    this.#globalRecent = this.#globalRecent.filter((at) => now - at < 1000);
    const groupFull = chatId < 0 && budget.recent.length >= GROUP_PER_MINUTE;
    if (budget.tokens < 1 || groupFull || this.#globalRecent.length >= GLOBAL_PER_SECOND) return punish(budget, now);
    budget.tokens -= 1;
    budget.recent.push(now);
    this.#globalRecent.push(now);
    return undefined;
  }

  #budgetOf(chatId: number, now: number): ChatBudget {
    const known = this.#budgets.get(chatId);
    if (known !== undefined) return known;
    const budget = { tokens: CHAT_BURST, filledAt: now, recent: [], blockedUntil: 0, penaltyS: 0 };
    this.#budgets.set(chatId, budget);
    return budget;
  }
}

function punish(budget: ChatBudget, now: number): number {
  const repeated = budget.penaltyS > 0 && now - budget.blockedUntil < FORGIVE_AFTER_MS;
  budget.penaltyS = repeated ? Math.min(MAX_PENALTY_S, budget.penaltyS * 2) : FIRST_PENALTY_S;
  budget.blockedUntil = now + budget.penaltyS * 1000;
  return budget.penaltyS;
}
