import type { Action, ActionEvent, ActionPhase } from "../../src/domain/event.ts";

/** An action without its engine: `[engines.<id>]` may give the mock another name. */
export type SceneEvent = Omit<ActionEvent, "engine">;

/** A pause in milliseconds at natural pace, and what happens after it. */
export interface Beat {
  readonly pauseMs: number;
  readonly event: SceneEvent;
}

type Ending = Pick<ActionEvent, "ok" | "message"> & { readonly detail?: Action["detail"] };

/** A small piece of work as an agent would do it, about three seconds long. */
export const usualScene: readonly Beat[] = [
  note("n1", "look at the greeting and its tests"),
  ...step({ id: "a1", kind: "tool", title: "read: `src/greeting.ts`", detail: { name: "Read" } }, 300),
  ...step({ id: "a2", kind: "tool", title: "grep: greet\\(", detail: { name: "Grep" } }, 300),
  begin({ id: "s1", kind: "subagent", title: "find out who calls greet()", detail: { name: "Agent" } }),
  ...step({ id: "s1.1", kind: "tool", title: "glob: `test/**/*.ts`", detail: { name: "Glob", parent: "s1" } }, 350),
  finish({ id: "s1", kind: "subagent", title: "find out who calls greet()", detail: { name: "Agent" } }, 300),
  ...step(
    {
      id: "a3",
      kind: "file_change",
      title: "src/greeting.ts",
      detail: {
        changes: [
          { path: "src/greeting.ts", kind: "update" },
          { path: "test/greeting.test.ts", kind: "add" },
        ],
      },
    },
    400,
  ),
  ...step({ id: "a4", kind: "command", title: "npm test", detail: {} }, 500, {
    ok: false,
    detail: { exitCode: 1 },
  }),
  ...step(
    {
      id: "a5",
      kind: "file_change",
      title: "src/greeting.ts",
      detail: { changes: [{ path: "src/greeting.ts", kind: "update" }] },
    },
    300,
  ),
  ...step({ id: "a6", kind: "command", title: "npm test", detail: {} }, 500, { ok: true, detail: { exitCode: 0 } }),
];

/** `count` commands that succeed. */
export function plainScene(count: number): readonly Beat[] {
  return Array.from({ length: count }, (_, index) =>
    step({ id: `c${index + 1}`, kind: "command", title: `echo step ${index + 1}`, detail: {} }, 200, {
      ok: true,
      detail: { exitCode: 0 },
    }),
  ).flat();
}

/** The same beats, stretched or squeezed so that they take `seconds` together. */
export function stretched(beats: readonly Beat[], seconds: number): readonly Beat[] {
  const natural = beats.reduce((sum, beat) => sum + beat.pauseMs, 0);
  return beats.map((beat) => ({ ...beat, pauseMs: (beat.pauseMs * seconds * 1000) / natural }));
}

function step(action: Action, durationMs: number, ending: Ending = { ok: true }): readonly Beat[] {
  return [begin(action), finish(action, durationMs, ending)];
}

function begin(action: Action): Beat {
  return { pauseMs: 50, event: event(action, "started") };
}

function finish(action: Action, durationMs: number, { detail, ...outcome }: Ending = { ok: true }): Beat {
  const ended = { ...action, detail: { ...action.detail, ...detail } };
  return { pauseMs: durationMs, event: { ...event(ended, "completed"), ...outcome } };
}

function note(id: string, title: string): Beat {
  return { pauseMs: 100, event: event({ id, kind: "note", title, detail: {} }, "completed") };
}

function event(action: Action, phase: ActionPhase): SceneEvent {
  return { type: "action", action, phase };
}
