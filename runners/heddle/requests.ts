import type { Fields } from "../../src/runner/fields.ts";

/** What this program speaks. Versions of one major fit together. */
export const protocolVersion = "0.2.0";

/** What a session is made of, under the protocol's own names. */
export interface InitConfig {
  readonly model: string;
  readonly system_prompt: string;
  readonly tools: readonly string[];
  readonly max_iterations?: number;
  readonly task_id: string;
  readonly worker_id: string;
}

/** A line for the worker, and the id its answer will have. */
export interface WorkerRequest {
  readonly id: string;
  readonly line: string;
}

export function initRequest(config: InitConfig): WorkerRequest {
  return request("init", "init", { protocol_version: protocolVersion, config });
}

export function sendRequest(id: string, message: string): WorkerRequest {
  return request(id, "send", { message });
}

export function statusRequest(id: string): WorkerRequest {
  return request(id, "status");
}

/** There is no answer of its own: the send that it means ends. */
export function cancelRequest(sendId: string): WorkerRequest {
  return request(`${sendId}-cancel`, "cancel", { target_id: sendId });
}

export function shutdownRequest(): WorkerRequest {
  return request("shutdown", "shutdown");
}

function request(id: string, type: string, more: Fields = {}): WorkerRequest {
  return { id, line: `${JSON.stringify({ type, id, ...more })}\n` };
}
