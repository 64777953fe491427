import type { DecisionRequest } from "../../src/domain/decision.ts";
import type { Asking } from "./script.ts";

/** What the agent of the mock asks for. */
export function requestFor(asking: Asking): DecisionRequest {
  switch (asking) {
    case "approval":
      return {
        kind: "approval",
        id: "approval-1",
        tool: "Bash",
        title: "rm -rf build",
        input: { command: "rm -rf build" },
        scopes: ["once", "session", "project"],
      };
    case "question":
      return {
        kind: "question",
        id: "question-1",
        questions: [
          {
            id: "colour",
            text: "Which colour should the button have?",
            options: [{ label: "Blue", description: "as in the header" }, { label: "Green" }],
            multiSelect: false,
            allowFreeText: true,
          },
        ],
      };
    case "survey":
      return {
        kind: "question",
        id: "question-1",
        questions: [
          {
            id: "where",
            text: "Where is it to run?",
            options: [{ label: "Phone" }, { label: "Desk" }, { label: "Server", description: "needs a restart" }],
            multiSelect: true,
            allowFreeText: false,
          },
          {
            id: "when",
            text: "And when?",
            options: [{ label: "Now" }, { label: "Tonight" }],
            multiSelect: false,
            allowFreeText: true,
          },
        ],
      };
    case "plan":
      return {
        kind: "plan",
        id: "plan-1",
        markdown: "## Plan\n\n1. Read `src/greeting.ts`\n2. Handle an **empty name**\n3. Run the tests",
      };
  }
}
