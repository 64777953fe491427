import { z } from "zod";

/** What a request may say beside its prompt. Other flags are not looked at. */
export interface RunFlags {
  /** Directory the engine works in; a relative one is relative to that of this program. */
  readonly cwd?: string;
  /** The session to continue: its resume line or the bare id. */
  readonly resume?: string;
  readonly model?: string;
  readonly effort?: string;
  /** What happens when the engine asks before it acts. Absent: what the configuration allows is allowed. */
  readonly approvals?: "allow" | "deny";
}

const text = z.string("must be a text").min(1, "must not be empty").nullish();

/** `null` is how many languages write what is not given. */
const flagsSchema = z.object({
  cwd: text,
  resume: text,
  model: text,
  effort: text,
  approvals: z.enum(["allow", "deny"], 'must be "allow" or "deny"').nullish(),
});

/** Returns one sentence when a flag is not what it should be: what was asked for must not be passed over. */
export function readRunFlags(flags: Readonly<Record<string, unknown>>): RunFlags | string {
  const { data, error } = flagsSchema.safeParse(flags);
  if (error !== undefined) {
    return error.issues.map(({ path, message }) => `flags.${path.join(".")} ${message}`).join(", ");
  }
  const { cwd, resume, model, effort, approvals } = data;
  return {
    ...(typeof cwd === "string" && { cwd }),
    ...(typeof resume === "string" && { resume }),
    ...(typeof model === "string" && { model }),
    ...(typeof effort === "string" && { effort }),
    ...(typeof approvals === "string" && { approvals }),
  };
}
