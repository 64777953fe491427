/** Another program polls with this bot's token and does not stop. */
export class PollConflictError extends Error {
  constructor(description: string) {
    super(
      "another program polls with this bot token, and Telegram serves only one: stop the other one, or get a new token from " +
        `@BotFather (Telegram said: ${description})`,
    );
    this.name = "PollConflictError";
  }
}

/** Telegram does not know the bot token. */
export class BadTokenError extends Error {
  constructor(description: string) {
    super(`Telegram does not accept the bot token: check it with @BotFather (Telegram said: ${description})`);
    this.name = "BadTokenError";
  }
}
