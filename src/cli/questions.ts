import { cancel, confirm, intro, isCancel, note, outro, password, select, spinner } from "@clack/prompts";
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
  secret: async (message, problemWith) =>
    answered(await password({ message, validate: (answer) => problemWith((answer ?? "").trim()) })).trim(),
  choose: async (message, choices) => {
    const values = choices.map((choice) => choice.value);
    const chosen = answered(await select<string>({ message, options: choices.map((choice) => ({ ...choice })) }));
    return values.find((value) => value === chosen) ?? leave();
  },
  confirm: async (message) => answered(await confirm({ message })),
  wait: async (message, work) => {
    const leaving = new AbortController();
    const shown = spinner({ onCancel: () => leaving.abort() });
    shown.start(message);
    try {
      const result = await work(leaving.signal);
      shown.stop(message);
      return result;
    } catch (error) {
      if (leaving.signal.aborted) return leave();
      shown.error(message);
      throw error;
    }
  },
  end: (message) => outro(message),
};

function answered<Answer>(answer: Answer | symbol): Answer {
  if (isCancel(answer) || typeof answer === "symbol") return leave();
  return answer;
}

function leave(): never {
  cancel("Nothing was written.");
  throw new CliError("the setup was left before its end", 1);
}
