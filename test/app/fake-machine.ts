import type { SupervisorMachine } from "../../src/app/supervisor/machine.ts";

type Answer = { readonly ok: boolean; readonly output: string };

/** A machine of which only the answers of its programs and the files written are there. */
export class FakeMachine implements SupervisorMachine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string = "/home/ada";
  readonly user: { readonly id: number; readonly name: string } = { id: 1000, name: "ada" };
  readonly node: string = "/opt/node/bin/node";
  readonly program: string = "/opt/takopi/dist/src/main.js";
  readonly files: Map<string, string> = new Map();
  /** Every command line, in order. */
  readonly ran: string[] = [];
  /** Answers by the beginning of the command line; everything else succeeds silently. */
  readonly answers: Map<string, Answer> = new Map();
  pauses = 0;

  constructor(platform: NodeJS.Platform, env: Readonly<Record<string, string>> = {}) {
    this.platform = platform;
    this.env = { PATH: "/home/ada/.local/bin:/usr/bin", ...env };
  }

  run(command: string, args: readonly string[]): Promise<Answer> {
    const line = [command, ...args].join(" ");
    this.ran.push(line);
    const known = [...this.answers].find(([start]) => line.startsWith(start));
    return Promise.resolve(known?.[1] ?? { ok: true, output: "" });
  }

  follow(command: string, args: readonly string[], { onLine }: { onLine: (line: string) => void }): Promise<void> {
    this.ran.push([command, ...args].join(" "));
    onLine("12:00:00 info  hello");
    return Promise.resolve();
  }

  readFile(path: string): string | undefined {
    return this.files.get(path);
  }

  writeFile(path: string, text: string): void {
    this.files.set(path, text);
  }

  removeFile(path: string): void {
    this.files.delete(path);
  }

  pause(): Promise<void> {
    this.pauses += 1;
    return Promise.resolve();
  }
}
