/** How a run of the mock ends. */
export type Ending = "answer" | "fail" | "crash" | "hang" | "nostart";

/** What the agent of a run asks for before it answers. */
export type Asking = "approval" | "question" | "survey" | "plan";

/** One run, as the prompt's words describe it. */
export interface Script {
  readonly ending: Ending;
  readonly asks?: Asking;
  /** How long the steps take together; absent means their natural pace. */
  readonly stepsSeconds?: number;
  /** How long the run says nothing before it answers. */
  readonly silentSeconds?: number;
  /** How many plain steps instead of the usual scene. */
  readonly stepCount?: number;
  /** Exactly this answer, instead of the usual one. */
  readonly answer?: string;
  /** Pretend that a session to resume is gone. */
  readonly forgets: boolean;
}

const natural: Script = { ending: "answer", forgets: false };

/** What each first word of a prompt does. The rest of the prompt is its argument. */
const words: Readonly<Record<string, (argument: string) => Partial<Script>>> = {
  slow: (argument) => ({ stepsSeconds: numberFrom(argument, 30) }),
  long: (argument) => ({ stepCount: 1, answer: longAnswer(numberFrom(argument, 20_000)) }),
  fail: () => ({ ending: "fail" }),
  crash: () => ({ ending: "crash", stepCount: 1 }),
  hang: () => ({ ending: "hang", stepCount: 1 }),
  silent: (argument) => ({ stepCount: 0, silentSeconds: numberFrom(argument, 30) }),
  nostart: () => ({ ending: "nostart", stepCount: 0 }),
  ask: () => ({ asks: "approval", stepCount: 1 }),
  question: () => ({ asks: "question", stepCount: 1 }),
  survey: () => ({ asks: "survey", stepCount: 1 }),
  plan: () => ({ asks: "plan", stepCount: 1 }),
  empty: () => ({ stepCount: 1, answer: "" }),
  echo: (argument) => ({ stepCount: 0, answer: argument }),
  steps: (argument) => ({ stepCount: numberFrom(argument, 12) }),
  forget: () => ({ forgets: true, stepCount: 1 }),
};

/** The words a prompt may begin with. */
export const scriptWords: readonly string[] = Object.keys(words);

/** Reads the prompt's first word; any other prompt plays the usual scene. */
export function scriptFrom(prompt: string): Script {
  const [, word = "", argument = ""] = /^\s*([a-z]+)(?:\s([\s\S]*))?$/iu.exec(prompt) ?? [];
  const change = Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined;
  return { ...natural, ...change?.(argument) };
}

function numberFrom(argument: string, standard: number): number {
  const digits = /^\s*(\d+)/u.exec(argument)?.[1];
  return digits === undefined ? standard : Number(digits);
}

/** Markdown of exactly `length` characters, in paragraphs with numbers, so that a lost or doubled part is seen. */
function longAnswer(length: number): string {
  const paragraphs: string[] = [];
  for (let size = 0; size < length; size += (paragraphs.at(-1)?.length ?? 0) + 2) {
    const number = paragraphs.length + 1;
    paragraphs.push(
      `**${number}.** Paragraph ${number} of a long answer, with \`code\` and enough words to fill a line or two.`,
    );
  }
  return paragraphs.join("\n\n").slice(0, length);
}
