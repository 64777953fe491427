import { cancel, confirm, intro, note, outro, password, select, spinner } from "@clack/prompts";
import { CliError } from "./cli.ts";

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

/** How a setup talks with the person at the terminal. Every question throws `CliError` when they leave. */
export interface Questions {
  begin(title: string): void;
  tell(title: string, text: string): void;
  /** Asks for something that is not shown; `problemWith` says what is wrong with an answer. */
  secret(message: string, problemWith: (answer: string) => string | undefined): Promise<string>;
  choose<Value extends string>(message: string, choices: readonly Choice<Value>[]): Promise<Value>;
  confirm(message: string): Promise<boolean>;
  /** Shows that something takes time. The work's signal is aborted when the person leaves. */
  wait<Result>(message: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  end(message: string): void;
}

export const terminalQuestions: Questions = {
  begin: (title) => intro(title),
  tell: (title, text) => note(text, title),
  secret: async (message, problemWith) => {
    const answer = await password({ message, validate: (text) => problemWith((text ?? "").trim()) });
    return typeof answer === "string" ? answer.trim() : leave();
  },
  choose: async (message, choices) => {
    const chosen = await select<string>({ message, options: choices.map((choice) => ({ ...choice })) });
    return choices.find(({ value }) => value === chosen)?.value ?? leave();
  },
  confirm: async (message) => {
    const answer = await confirm({ message });
    return typeof answer === "boolean" ? answer : leave();
  },
  wait: async (message, work) => {
    const leaving = new AbortController();
    const shown = spinner({ onCancel: () => leaving.abort() });
    shown.start(message);
    try {
      const result = await work(leaving.signal);
      shown.stop(message);
      return result;
    } catch (error) {
      shown.error(message);
      throw error;
    }
  },
  end: (message) => outro(message),
};

function leave(): never {
  cancel("Nothing was written.");
  throw new CliError("the setup was left before its end", 1);
}
