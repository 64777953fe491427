import type { LocalCommand } from "./event-log.ts";

/** The bot's command menus: one list per scope and language. */
export class CommandBook {
  readonly #lists = new Map<string, readonly LocalCommand[]>();

  /** `key` is as `commandScopeKey` makes it. */
  set(key: string, commands: readonly LocalCommand[]): void {
    if (commands.length === 0) this.#lists.delete(key);
    else this.#lists.set(key, commands);
  }

  get(key: string): readonly LocalCommand[] {
    return this.#lists.get(key) ?? [];
  }

  all(): readonly { readonly scope: string; readonly commands: readonly LocalCommand[] }[] {
    return [...this.#lists].map(([scope, commands]) => ({ scope, commands }));
  }
}
