import type { Decision } from "../../src/domain/decision.ts";
import { scriptWords } from "./script.ts";

/** The answer of the usual scene. `promptCount` is absent for a session of an earlier life of the program. */
export function usualAnswer(promptCount: number | undefined): string {
  return `The greeting now handles an **empty name**; both tests pass.

\`\`\`ts
export function greet(name: string): string {
  return name === "" ? "Hello!" : \`Hello, \${name}!\`;
}
\`\`\`

| file | change |
| --- | --- |
| \`src/greeting.ts\` | an empty name gets a plain hello |
| \`test/greeting.test.ts\` | new, two cases |

What I did:

- read the function and found its callers
- ran the tests, saw one fail, and corrected the comma
- ran them again

*I am the mock engine: nothing on your disk was touched. ${promptCountSentence(promptCount)}*
*A prompt may begin with ${scriptWords.map((word) => `\`${word}\``).join(", ")}.*`;
}

function promptCountSentence(promptCount: number | undefined): string {
  if (promptCount === undefined) return "This session was continued.";
  return `This is prompt ${promptCount} of this session.`;
}

/** What the agent says to an answer of the user. */
export function answerToDecision(decision: Decision): string {
  switch (decision.kind) {
    case "approve":
      return `You approved (${decision.scope}${decision.acceptEdits === true ? ", accept edits" : ""}).`;
    case "deny":
      return `You denied: ${decision.reason}`;
    case "answers":
      return Object.entries(decision.answers)
        .map(([id, chosen]) => `You answered ${id}: ${chosen.join(", ")}`)
        .join("\n");
    case "revise":
      return `You asked for changes: ${decision.feedback}`;
    case "dismiss":
      return `Nobody answered: ${decision.reason}`;
  }
}
