/** A bot can't be put under a supervisor. The message is one sentence for people and says what to do. */
export class SupervisorError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SupervisorError";
  }
}
