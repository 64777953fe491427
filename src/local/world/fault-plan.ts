import { z } from "zod";

const KINDS = ["429", "400", "500", "502-html", "cut-before", "cut-after", "delay", "hang"] as const;

/**
 * A fault for coming Bot API calls. Without `method` it hits every method but getUpdates; `"*"` hits that one too, and `"download"` the
 * download of a file, of which `cut-after` lets half come.
 * `cut-before`: the connection ends before the call has its effect; `cut-after`: after it, before the answer.
 * `hang`: never answered, no effect. `delay`: the call works, `delay_ms` later.
 */
export const FaultInput: z.ZodType<FaultInput> = z.strictObject({
  method: z.string().exactOptional(),
  chat: z.number().int().exactOptional(),
  times: z.number().int().positive().exactOptional(),
  kind: z.enum(KINDS),
  retry_after: z.number().int().positive().exactOptional(),
  delay_ms: z.number().nonnegative().exactOptional(),
  description: z.string().exactOptional(),
});

export interface FaultInput {
  readonly method?: string;
  readonly chat?: number;
  /** How many calls it hits; default 1. */
  readonly times?: number;
  readonly kind: (typeof KINDS)[number];
  /** Seconds, for `429`; default 1. */
  readonly retry_after?: number;
  /** For `delay`; default 1000. */
  readonly delay_ms?: number;
  /** For `400` and `500`: the whole `description` of the answer. */
  readonly description?: string;
}

/** A planned fault and how many calls it will still hit. */
export interface PlannedFault extends FaultInput {
  readonly id: number;
  readonly left: number;
}

/** The faults to come. The oldest that fits a call hits it; one call meets at most one fault. */
export class FaultPlan {
  #faults: PlannedFault[] = [];
  #lastId = 0;

  add(fault: FaultInput): PlannedFault {
    this.#lastId += 1;
    const planned = { ...fault, id: this.#lastId, left: fault.times ?? 1 };
    this.#faults.push(planned);
    return planned;
  }

  list(): readonly PlannedFault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault that hits this call, counted down. `chat` is the call's `chat_id`. */
  take(method: string, chat: number | undefined): PlannedFault | undefined {
    const hit = this.#faults.find((fault) => fits(fault, method) && (fault.chat === undefined || fault.chat === chat));
    if (hit === undefined) return undefined;
    this.#faults = this.#faults.flatMap((fault) => {
      if (fault !== hit) return [fault];
      return fault.left > 1 ? [{ ...fault, left: fault.left - 1 }] : [];
    });
    return hit;
  }
}

function fits(fault: PlannedFault, method: string): boolean {
  if (fault.method === undefined) return method !== "getupdates";
  return fault.method === "*" || fault.method.toLowerCase() === method;
}
