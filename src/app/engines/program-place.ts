import type { EngineStatus } from "./engines.ts";

/** Where an engine's program is, in words: its path, or why it has none here. */
export function programPlace({ program, isElsewhere }: EngineStatus): string {
  return program ?? (isElsewhere === true ? "on another machine" : "built in");
}
