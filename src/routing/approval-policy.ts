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
  /** `*` stands for any text without shell operators. Absent: everything of the tool. */
  readonly pattern?: string;
}

const RULE = /^(?<tool>[\w.:/-]+)(?:\((?<pattern>.+)\))?$/s;

/** `Read`, `Bash(git status)`, `Bash(npm test *)`. Undefined for anything else. */
export function parseAllowRule(text: string): AllowRule | undefined {
  const { tool, pattern } = RULE.exec(text.trim())?.groups ?? {};
  return tool === undefined ? undefined : { tool, ...(pattern !== undefined && { pattern }) };
}

/**
 * Whether a rule covers the request. `subject` is what the pattern is held against: the command, path or address it is about. A `*`
 * matches no character that could smuggle in a second command, so that `Bash(npm test *)` does not allow `npm test; rm -rf ~`.
 */
export function isCovered(request: ApprovalRequest, subject: string, rules: readonly AllowRule[]): boolean {
  return rules.some(({ tool, pattern }) => {
    if (tool.toLowerCase() !== request.tool.toLowerCase()) return false;
    return pattern === undefined || patternOf(pattern).test(subject);
  });
}

function patternOf(pattern: string): RegExp {
  const literals = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join(String.raw`[^;&|<>$\`()\n\r]*`)}$`);
}
