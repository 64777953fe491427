/** The embedded server could not start or was used wrongly. The message says what to do. */
export class LocalTelegramError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LocalTelegramError";
  }
}
