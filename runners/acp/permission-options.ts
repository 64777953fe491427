import type { ApprovalScope, Decision } from "../../src/domain/decision.ts";

export interface PermissionOption {
  readonly id: string;
  readonly name: string;
  /** allow_once, allow_always, reject_once, reject_always. */
  readonly kind: string;
}

/** How long an "always" is remembered. */
export type LastingScope = Exclude<ApprovalScope, "once">;

/**
 * The option that allows for just as long as was said; none, where the agent has only longer ones. `untold`: how long an "always" of this
 * agent holds where its words don't say so; absent for agents that were not asked, or that forget it at once.
 */
export function optionFor(
  options: readonly PermissionOption[],
  scope: ApprovalScope,
  untold: LastingScope | undefined,
): PermissionOption | undefined {
  if (scope === "once") return options.find(({ kind }) => kind === "allow_once");
  const fitting = options.filter((option) => option.kind === "allow_always" && reachOf(option, untold) === scope);
  // Gemini offers all tools of a server before the one tool (0.61).
  return fitting.find(({ name }) => !/server/iu.test(name)) ?? fitting[0];
}

/** The scopes that can be given; `once` counts as one even where only "always" is offered, and is then a refusal. */
export function scopesOf(
  options: readonly PermissionOption[],
  untold: LastingScope | undefined,
): readonly ApprovalScope[] {
  const lasting = ["session", "project"] as const;
  return ["once", ...lasting.filter((scope) => optionFor(options, scope, untold) !== undefined)];
}

/**
 * The option that lets a plan be carried out. Qwen can also go back to the mode before the plan, which may allow everything (0.24), and
 * Claude's adapter can forget the talk before it, or let a model decide (0.100): all more than was said.
 */
export function optionForPlan(
  options: readonly PermissionOption[],
  decision: Extract<Decision, { kind: "approve" }>,
): PermissionOption | undefined {
  const words = ({ id, name }: PermissionOption): string => `${id} ${name}`;
  const accepting = options.find(
    (option) => /accept\W*edits/iu.test(words(option)) && !/clear/iu.test(words(option)) && isAllowing(option),
  );
  const manual = options.find((option) => /manual/iu.test(words(option)) && option.kind === "allow_once");
  return (decision.acceptEdits === true ? accepting : undefined) ?? manual ?? optionFor(options, "once", undefined);
}

export function isAllowing({ kind }: PermissionOption): boolean {
  return kind.startsWith("allow");
}

function reachOf({ id, name }: PermissionOption, untold: LastingScope | undefined): LastingScope | undefined {
  const words = `${id} ${name}`;
  if (/_user\b|\bfor user\b|\bfuture\b/iu.test(words)) return undefined;
  if (/project|workspace/iu.test(words)) return "project";
  return /(?<![a-z])(?:session|conversation)(?![a-z])/iu.test(words) ? "session" : untold;
}
