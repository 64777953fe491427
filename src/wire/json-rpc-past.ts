import { type JsonRpcId, parseMessage } from "./json-rpc-message.ts";

/** What earlier programs said to one that is recorded, as `openProgram` gives it. */
export interface ToldProgram {
  /** One message each, in their order. */
  readonly told: readonly string[];
  /** How many of its lines had been read when it was told each of these. */
  readonly toldAfter: readonly number[];
  /** Resolves when all that was printed before was taken by the reader. */
  readonly caughtUp: Promise<void>;
  readonly isTakenUp: boolean;
}

/** A request or a notification that was told. */
interface Telling {
  readonly id: JsonRpcId | undefined;
  readonly method: string;
  /** After how many lines. */
  readonly after: number;
  /** Whether it was made again, or something that was told later. */
  isPassed: boolean;
  isMade: boolean;
}

/** How long the reader waits for a request to be made again, in milliseconds: a newer version of this program may not make it. */
const stallMs = 5_000;

/**
 * The past of a connection to a program that was taken up. Who spoke with it goes through the same talk again from its beginning, and this
 * knows what of it was said: that is not said again, and its answers are among the lines that are read again. Those lines come no faster
 * than they came in the past: what was told after some line is made again before the next one is read.
 */
export class JsonRpcPast {
  /** Resolves when the past is over: what is told from now on is new. */
  readonly over: Promise<void>;
  /** The highest number that names a request of ours. */
  readonly lastId: number;
  readonly #tellings: readonly Telling[];
  /** Those that are made again in any case. What has a name of its own may not be: its sender may be through with it. */
  readonly #steps: readonly Telling[];
  /** The answers to the peer's requests, in their order: it may use an id again. */
  readonly #answers: { readonly id: JsonRpcId; readonly result: unknown }[] = [];
  #isOver: boolean;
  #isSkipped = false;
  #linesRead = 0;
  #wake: () => void = () => {};
  #moved: Promise<void> = Promise.resolve();

  constructor(program: ToldProgram) {
    const { told, toldAfter, caughtUp, isTakenUp } = program;
    this.#isOver = !isTakenUp;
    this.over = isTakenUp ? caughtUp.then(() => this.#end()) : Promise.resolve();
    this.#tellings = told.flatMap((line, index) => this.#readTelling(line, toldAfter[index] ?? 0));
    this.#steps = this.#tellings.filter(({ id }) => typeof id !== "string");
    this.lastId = Math.max(0, ...this.#tellings.map(({ id }) => (typeof id === "number" ? id : 0)));
    this.#move();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The requests that were told, each once. */
  get requests(): readonly { readonly id: JsonRpcId; readonly method: string }[] {
    return this.#tellings.flatMap(({ id, method }) => (id === undefined ? [] : [{ id, method }]));
  }

  /** The next request of a method that was told and not made again yet, and its name if it has one. Undefined when the past has none. */
  next(method: string): { readonly name?: string } | undefined {
    const telling = this.#tellings.find(
      (each) => each.id !== undefined && each.method === method && this.#isOpen(each),
    );
    if (telling === undefined) return undefined;
    return typeof telling.id === "string" ? { name: telling.id } : {};
  }

  /** Resolves when all was read again that was read before the next message was told; where none was, when the past is over. */
  async reached(): Promise<void> {
    while (!this.#isOver && !this.#isSkipped && this.#linesRead < this.#nextAfter()) await this.#moved;
  }

  /** Nobody goes through the rest of the past again: it is read to its end. */
  skip(): void {
    this.#isSkipped = true;
    this.#move();
  }

  /** A request is made. Its id, if it was told. */
  claimRequest(method: string, name: string | undefined): JsonRpcId | undefined {
    if (name !== undefined) return this.#claimNamed(name);
    return this.#claim((each) => each.id !== undefined && each.method === method)?.id;
  }

  /** Whether requests were told that are to be made again yet: it is too late for others before them. */
  isAwaited(): boolean {
    if (this.#isOver || this.#isSkipped) return false;
    return this.#steps.some(({ id, isPassed }) => id !== undefined && !isPassed);
  }

  /** A notification is made. Returns whether it was told. */
  claimNotification(method: string): boolean {
    return this.#claim((each) => each.id === undefined && each.method === method) !== undefined;
  }

  /** The peer makes a request. Returns what it was answered; undefined for an error. Undefined: it was not answered. */
  claimAnswer(id: JsonRpcId): { readonly result: unknown } | undefined {
    const index = this.#answers.findIndex((answer) => answer.id === id);
    return index === -1 ? undefined : this.#answers.splice(index, 1)[0];
  }

  /** So many lines were read and dealt with. Resolves when the next one may be read. */
  async pace(linesRead: number): Promise<void> {
    this.#linesRead = linesRead;
    this.#move();
    if (!this.#isAhead()) return;
    const stall = setTimeout(() => this.skip(), stallMs);
    while (this.#isAhead()) await this.#moved;
    clearTimeout(stall);
  }

  /** Whether the lines are ahead of what is made again. */
  #isAhead(): boolean {
    return !this.#isOver && !this.#isSkipped && this.#nextAfter() <= this.#linesRead;
  }

  #nextAfter(): number {
    return this.#steps.find(({ isPassed }) => !isPassed)?.after ?? Number.POSITIVE_INFINITY;
  }

  #claim(isIt: (step: Telling) => boolean): Telling | undefined {
    const index = this.#steps.findIndex((each) => this.#isOpen(each) && isIt(each));
    for (const each of this.#steps.slice(0, index + 1)) each.isPassed = true;
    const step = this.#steps[index];
    if (step !== undefined) step.isMade = true;
    this.#move();
    return step;
  }

  /** Whether it may still be made again. What the past went by is not mistaken for something new. */
  #isOpen({ isMade, isPassed }: Telling): boolean {
    return !isMade && !(this.#isOver && isPassed);
  }

  #claimNamed(name: string): JsonRpcId | undefined {
    const telling = this.#tellings.find(({ id }) => id === name);
    if (telling !== undefined) telling.isMade = true;
    return telling?.id;
  }

  #end(): void {
    this.#isOver = true;
    this.#move();
  }

  #move(): void {
    const wake = this.#wake;
    this.#moved = new Promise((resolve) => (this.#wake = resolve));
    wake();
  }

  #readTelling(line: string, after: number): readonly Telling[] {
    const message = parseMessage(line);
    switch (message?.kind) {
      case undefined:
        return [];
      case "result":
        this.#answers.push({ id: message.id, result: message.result });
        return [];
      case "error":
        this.#answers.push({ id: message.id, result: undefined });
        return [];
      case "request":
        return [{ id: message.id, method: message.method, after, isPassed: false, isMade: false }];
      case "notification":
        return [{ id: undefined, method: message.method, after, isPassed: false, isMade: false }];
    }
  }
}
