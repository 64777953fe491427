import { cancel, confirm, intro, log, note, outro, password, select } from "@clack/prompts";
import { CliError } from "./cli-error.ts";

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
  /** Says what takes time now. Ctrl-C ends the program meanwhile. */
  wait<Result>(message: string, work: () => Promise<Result>): Promise<Result>;
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
  // No spinner: clack's takes Ctrl-C for itself and exits as if all were well.
  wait: async (message, work) => {
    log.step(`${message} …`);
    return await work();
  },
  end: (message) => outro(message),
};

function leave(): never {
  cancel("Nothing was written.");
  throw new CliError("the setup was left before its end", 1);
}
