/** Lets tests wait for what they can see: whoever changes something says so. */
export class Changes {
  readonly #watchers = new Set<() => void>();

  made(): void {
    for (const look of this.#watchers) look();
  }

  /** Resolves as soon as it is so, now or after a change. */
  async when(isSo: () => boolean): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }
}
