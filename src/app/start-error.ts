/** The bot can't start, or can't go on. The message is one sentence for people and says what to do. */
export class StartError extends Error {
  /** Whether it stays so until somebody changes the configuration. */
  readonly isConfiguration: boolean;
  constructor(message: string, options: ErrorOptions & { readonly isConfiguration?: boolean } = {}) {
    super(message, options);
    this.name = "StartError";
    this.isConfiguration = options.isConfiguration ?? false;
  }
}
