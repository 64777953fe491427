import { setTimeout as delay } from "node:timers/promises";
import type { ProcessIdentity } from "../../src/domain/process.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import { listTree } from "../../src/wire/process-tree.ts";
import type { ProcessExit, Subprocess } from "../../src/wire/subprocess.ts";
import type { WorkerMessage } from "./messages.ts";
import type { Patience } from "./patience.ts";
import { shutdownRequest, statusRequest, type WorkerRequest } from "./requests.ts";
import { decodeHead, decodeLine } from "./schema.ts";

/** What a worker said, or that it will say nothing more. A line without a message is not of the protocol. */
export type News =
  | { readonly kind: "line"; readonly line: OutputLine; readonly message: WorkerMessage | undefined }
  | { readonly kind: "ended" };

export type Answer =
  { readonly kind: "message"; readonly message: WorkerMessage } | { readonly kind: "ended" | "late" | "aborted" };

export interface WorkerOptions {
  readonly child: Subprocess;
  /** The mark its processes bear: that of the run which began the session. */
  readonly runId: string;
  readonly cwd: string;
  readonly model: string;
  /** How long it may say nothing while it works, in milliseconds. */
  readonly silenceMs: number;
  readonly patience: Patience;
}

const nobody = (): void => {};
const lookAgainMs = 50;

/** One process of Heddle. It is read all the time, so that it never waits for a reader; what it says goes to one listener. */
export class Worker {
  readonly cwd: string;
  readonly model: string;
  readonly silenceMs: number;
  /** Resolves when it will say nothing more. */
  readonly ended: Promise<void>;
  readonly #child: Subprocess;
  readonly #runId: string;
  readonly #patience: Patience;
  #listener: (news: News) => void = nobody;
  #hasEnded = false;
  #requests = 0;
  /** What it had started before the send that goes on. */
  #known: ReadonlySet<string> = new Set();

  constructor({ child, runId, cwd, model, silenceMs, patience }: WorkerOptions) {
    this.#child = child;
    this.#runId = runId;
    this.cwd = cwd;
    this.model = model;
    this.silenceMs = silenceMs;
    this.#patience = patience;
    this.ended = this.#read();
  }

  get identity(): ProcessIdentity {
    return this.#child.identity;
  }

  get isAlive(): boolean {
    return !this.#hasEnded;
  }

  get exited(): Promise<ProcessExit> {
    return this.#child.exited;
  }

  stderrTail(): string {
    return this.#child.stderrTail();
  }

  /** Everything from now on goes to `listener`, until the returned function is called. */
  listen(listener: (news: News) => void): () => void {
    this.#listener = listener;
    if (this.#hasEnded) listener({ kind: "ended" });
    return () => (this.#listener = nobody);
  }

  /** An id no request to this worker had. */
  newId(): string {
    this.#requests += 1;
    return `takopi-${this.#requests}`;
  }

  /** What it can't take any more is lost: `ended` tells. */
  tell({ line }: WorkerRequest): void {
    void this.#child.write(line);
  }

  /** Makes a request and waits for the answer. Between two sends only: what else the worker says meanwhile is lost. */
  async ask(request: WorkerRequest, timeoutMs: number, signal?: AbortSignal): Promise<Answer> {
    if (signal?.aborted === true) return { kind: "aborted" };
    return await new Promise((resolve) => {
      const timer = setTimeout(() => settle({ kind: "late" }), timeoutMs);
      const abort = (): void => settle({ kind: "aborted" });
      const settle = (answer: Answer): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#listener = nobody;
        resolve(answer);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.listen((news) => {
        if (news.kind === "ended") settle(news);
        else if (answers(news.message, request.id)) settle({ kind: "message", message: news.message });
      });
      this.tell(request);
    });
  }

  /** Whether it still hears. An idle worker answers at once. */
  async isThere(): Promise<boolean> {
    const answer = await this.ask(statusRequest(this.newId()), this.#patience.statusMs);
    return answer.kind === "message";
  }

  /** Takes note of what it has started so far: what a send adds to that belongs to the send. */
  async noteProcesses(): Promise<void> {
    this.#known = new Set(await this.#processes().catch(() => []));
  }

  /** Whether the send left anything running, given a moment to be gone. Where nobody can tell, it did. */
  async hasLeftovers(): Promise<boolean> {
    const end = performance.now() + this.#patience.leftoverMs;
    for (;;) {
      const now = await this.#processes().catch(() => ["unknown"]);
      if (now.every((process) => this.#known.has(process))) return false;
      if (performance.now() >= end) return true;
      await delay(lookAgainMs);
    }
  }

  /** Ends it with everything it started. It is asked first. */
  async end(): Promise<void> {
    const { shutdownMs: interruptGraceMs, termMs: termGraceMs } = this.#patience;
    const interrupt = (): void => {
      this.tell(shutdownRequest());
      this.#child.endInput();
    };
    await this.#child.stop({ interrupt, interruptGraceMs, termGraceMs });
  }

  /** The same without asking: it does not hear. */
  async endNow(): Promise<void> {
    await this.#child.stop({ termGraceMs: this.#patience.termMs });
  }

  /** Itself and all that came of it; a pid alone may be given to another process. */
  async #processes(): Promise<readonly string[]> {
    const tree = await listTree({ ...this.identity, runId: this.#runId, ownsGroup: true });
    return tree.map(({ pid, startMark }) => `${pid} ${startMark}`);
  }

  async #read(): Promise<void> {
    try {
      for await (const line of this.#child.lines) {
        const message = line.kind === "line" ? decodeLine(line.text) : decodeHead(line.head);
        this.#listener({ kind: "line", line, message });
      }
    } catch {
      // Output that can't be read is over.
    }
    this.#hasEnded = true;
    this.#listener({ kind: "ended" });
  }
}

/** A refusal of what the worker did not understand has no id: between two sends it can only mean the request. */
function answers(message: WorkerMessage | undefined, id: string): message is WorkerMessage {
  if (message === undefined || message.type === "event") return false;
  return message.id === id || (message.type === "result" && message.id === "unknown");
}
