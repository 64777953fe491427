import type { ApprovalRequest } from "../domain/decision.ts";

/**
 * Who answers when an engine asks before it acts. `ask`: the user, always. `auto`: the allow rules, and the user for the rest. `deny`:
 * nobody is asked and nothing is allowed. `yolo`: everything is allowed.
 */
export const approvalPolicies = ["ask", "auto", "deny", "yolo"] as const;

export type ApprovalPolicy = (typeof approvalPolicies)[number];

/** What may be allowed without asking: a tool, and where there is a pattern, commands or paths of this form. */
export interface AllowRule {
  readonly tool: string;
  /** `*` stands for any text without shell operators and without a way up (`/../`). Absent: everything of the tool. */
  readonly pattern?: string;
}

const RULE = /^(?<tool>[\w.:/-]+)(?:\((?<pattern>.+)\))?$/s;

/** `Read`, `Bash(git status)`, `Bash(npm test *)`. Undefined for anything else. */
export function parseAllowRule(text: string): AllowRule | undefined {
  const { tool, pattern } = RULE.exec(text.trim())?.groups ?? {};
  return tool === undefined ? undefined : { tool, ...(pattern !== undefined && { pattern }) };
}

/**
 * Whether a rule covers the request. `subject` is what the pattern is held against: the command, path or address it is about; undefined
 * where only rules without a pattern can cover it. A `*` matches no character that could smuggle in a second command, so that
 * `Bash(npm test *)` does not allow `npm test; rm -rf ~`, and no step out of a directory, so that `Edit(/work/*)` does not allow
 * `/work/../etc/passwd`.
 */
export function isCovered(request: ApprovalRequest, subject: string | undefined, rules: readonly AllowRule[]): boolean {
  return rules.some(({ tool, pattern }) => {
    if (tool.toLowerCase() !== request.tool.toLowerCase()) return false;
    return pattern === undefined || (subject !== undefined && fits(pattern, subject));
  });
}

/** Every part takes its first place, which is as good as any: so that no subject, however long, takes long. */
function fits(pattern: string, subject: string): boolean {
  const [head = "", ...parts] = pattern.split("*");
  const tail = parts.pop();
  if (tail === undefined) return subject === head;
  if (!subject.startsWith(head) || !subject.endsWith(tail)) return false;
  const waysUp = [...subject.matchAll(WAY_UP)].map(({ index }) => index);
  let from = head.length;
  for (const part of parts) {
    const at = subject.indexOf(part, from);
    if (at === -1 || !isHarmless({ subject, waysUp }, from, at)) return false;
    from = at + part.length;
  }
  const end = subject.length - tail.length;
  return from <= end && isHarmless({ subject, waysUp }, from, end);
}

const OPERATOR = /[;&|<>$`()\n\r]/;
const WAY_UP = /(?<=[/\\])\.\.(?=[/\\\s"']|$)/g;

/** Whether a `*` may stand for this part of the subject. */
function isHarmless(
  { subject, waysUp }: { readonly subject: string; readonly waysUp: readonly number[] },
  from: number,
  to: number,
): boolean {
  return !OPERATOR.test(subject.slice(from, to)) && !waysUp.some((at) => at + 2 > from && at < to);
}
