import type { RunRecords } from "../../src/bridge/ports.ts";
import type { RunId } from "../../src/domain/run.ts";
import type { RunRequest } from "../../src/runner/runner.ts";

/** Records in memory, which outlive the bridge they were made by. */
export class FakeRecords implements RunRecords {
  readonly #requests = new Map<RunId, RunRequest>();
  readonly #unbegun = new Set<RunId>();

  begin(request: RunRequest): { readonly directory: string; readonly isTakenUp: boolean } {
    this.#requests.set(request.runId, request);
    return { directory: `/records/${request.runId}`, isTakenUp: false };
  }

  find(runId: RunId): RunRequest | undefined {
    const request = this.#unbegun.has(runId) ? undefined : this.#requests.get(runId);
    return request && { ...request, record: { directory: `/records/${runId}`, isTakenUp: true } };
  }

  isUnbegun(runId: RunId): boolean {
    return this.#unbegun.has(runId);
  }

  runIds(): readonly RunId[] {
    return [...this.#requests.keys()];
  }

  remove(runId: RunId): void {
    this.#requests.delete(runId);
    this.#unbegun.delete(runId);
  }

  /** The program ended before the engine got its prompt. */
  neverBegan(runId: RunId): void {
    this.#unbegun.add(runId);
  }
}
