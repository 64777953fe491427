import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readReply } from "../../src/bridge/decisions/read-reply.ts";
import type { DecisionRequest } from "../../src/domain/decision.ts";
import { toRunId } from "../../src/domain/run.ts";
import { isCovered, parseAllowRule } from "../../src/routing/approval-policy.ts";
import { formatCallbackData, parseCallbackData, type PressTarget } from "../../src/routing/callback-data.ts";
import { formatContextLine, parseContextLine } from "../../src/routing/context-line.ts";
import { parseDirectives } from "../../src/routing/directives.ts";
import { anyText, holds, near } from "./check.ts";

const names = { engines: ["claude", "my-engine"], projects: ["api", "My-App"] };
const prompts = near([
  "/claude ",
  "/my_engine ",
  "/api ",
  "/my-app ",
  "@branch ",
  "/plan ",
  "/API@bot ",
  "\n",
  " ",
  "fix it",
]);

describe("directives", () => {
  it("are read from any text, and what is left is a part of it", () => {
    holds(
      fc.property(fc.oneof(prompts, anyText), (text) => {
        const result = parseDirectives(text, names);
        if (result.kind === "problem") {
          expect(result.problem).toMatch(/^two \w+ directives/);
          return;
        }
        const { prompt, engine, project } = result.directives;
        expect(squeezed(text)).toContain(squeezed(prompt));
        expect([undefined, ...names.engines]).toContain(engine);
        expect([undefined, ...names.projects]).toContain(project);
      }),
      1000,
    );
  });

  it("leave a text alone that begins with none", () => {
    holds(
      fc.property(anyText, (text) => {
        fc.pre(!/^\s*[/@]/.test(text));
        expect(parseDirectives(text, names)).toEqual({ kind: "parsed", directives: { prompt: text.trim() } });
      }),
    );
  });
});

describe("context lines", () => {
  const name = fc.stringMatching(/^[a-z0-9_./-]{1,20}$/);

  it("come back as they were written, the last one of a text, with or without backticks", () => {
    const contexts = fc.record({ project: name, branch: name }, { requiredKeys: ["project"] });
    holds(
      fc.property(contexts, anyText, fc.boolean(), (context, before, isCode) => {
        const line = formatContextLine(context) ?? "";
        expect(parseContextLine(`${before}\n${isCode ? `\`${line}\`` : line}`)).toEqual(context);
      }),
    );
  });

  it("are looked for in any text", () => {
    holds(
      fc.property(fc.oneof(near(["ctx:", " ", "@", "a", "\n", "`"]), anyText), (text) => void parseContextLine(text)),
      1000,
    );
  });
});

describe("data of buttons", () => {
  const id = fc.stringMatching(/^[0-9a-z]{12}$/);
  const verbs = ["cancel", "resume", "run", "discard", "steer", "interrupt", "wait"] as const;
  const small = fc.integer({ min: 0, max: 9999 });
  const targets: fc.Arbitrary<PressTarget> = fc.oneof(
    fc.record({ kind: fc.constant("run" as const), verb: fc.constantFrom(...verbs), runId: id.map(toRunId) }),
    fc.record({ kind: fc.constant("offer" as const), id }),
    fc.record({
      kind: fc.constant("decision" as const),
      key: id,
      choice: fc.oneof(
        fc.record({ kind: fc.constant("approve" as const), scope: fc.constantFrom("once", "session", "project") }),
        fc.constantFrom({ kind: "deny" }, { kind: "ask_text" }, { kind: "dismiss" }, { kind: "approve_edits" }),
        fc.record({ kind: fc.constant("option" as const), position: small, option: small }),
        fc.record({ kind: fc.constant("next" as const), position: small }),
      ),
    }),
  );

  it("mean what they were made for, within Telegram's 64 bytes", () => {
    holds(
      fc.property(targets, (target) => {
        const data = formatCallbackData(target);
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
        expect(parseCallbackData(data)).toEqual(target);
      }),
      1000,
    );
  });

  it("that somebody made up mean nothing, or the very thing they spell", () => {
    const forged = near(
      ["v1:", "d:", "o:", "cancel:", "0123456789ab", ":", "once", "o1.2", "__proto__", "constructor", "o00001.1"],
      6,
    );
    holds(
      fc.property(fc.oneof(forged, anyText), (data) => {
        const target = parseCallbackData(data);
        // Numbers may be padded: `o01.2` is `o1.2`.
        if (target !== undefined) expect(unpadded(formatCallbackData(target))).toBe(unpadded(data));
      }),
      2000,
    );
  });
});

describe("replies to what an engine asks", () => {
  const label = fc.oneof(
    fc.constantFrom("Red", "yes", "1", "No"),
    anyText.filter((text) => text.trim() !== ""),
  );
  const question = fc.record({
    id: fc.constantFrom("q1", "__proto__", "constructor"),
    text: anyText,
    options: fc.array(fc.record({ label }), { maxLength: 4 }),
    multiSelect: fc.boolean(),
    allowFreeText: fc.boolean(),
  });
  const requests: fc.Arbitrary<DecisionRequest> = fc.oneof(
    fc.record({
      kind: fc.constant("approval" as const),
      id: anyText,
      tool: anyText,
      title: anyText,
      input: fc.jsonValue(),
      scopes: fc.constant(["once"] as const),
    }),
    fc.record({ kind: fc.constant("plan" as const), id: anyText, markdown: anyText }),
    fc.record({ kind: fc.constant("question" as const), id: anyText, questions: fc.array(question, { maxLength: 3 }) }),
  );
  const drafts = fc.record(
    {
      position: fc.integer({ min: 0, max: 3 }),
      answers: fc.constant({}),
      awaits: fc.constantFrom("reason", "revision", "answer"),
    },
    { requiredKeys: ["position", "answers"] },
  );
  const replies = fc.oneof(near(["yes", "no", ", ", "1", "2", "Red", "👍", ".", " "], 5), anyText);

  it("give an answer that fits what was asked, or say why not", () => {
    holds(
      fc.property(requests, drafts, replies, (request, draft, reply) => {
        const outcome = readReply(request, draft, reply);
        if (outcome.kind === "refused") {
          expect(outcome.why).toMatch(/\S/);
          return;
        }
        if (outcome.kind === "draft") {
          expect(request.kind).toBe("question");
          return;
        }
        const fitting = { approval: ["approve", "deny"], plan: ["approve", "deny", "revise"], question: ["answers"] };
        expect(fitting[request.kind]).toContain(outcome.decision.kind);
      }),
      1000,
    );
  });

  it("approve an action only with a word of assent and nothing else", () => {
    const approval = { kind: "approval", id: "a", tool: "Bash", title: "x", input: {}, scopes: ["once"] } as const;
    holds(
      fc.property(replies, (reply) => {
        const outcome = readReply(approval, { position: 0, answers: {} }, reply);
        const isApproved = outcome.kind === "decided" && outcome.decision.kind === "approve";
        expect(isApproved).toBe(
          /^(?:yes|y|yep|yeah|ok|okay|approve|approved|allow|go|go ahead|👍)[.!]?$/i.test(reply.trim()),
        );
      }),
      1000,
    );
  });
});

describe("allow rules", () => {
  const pieces = ["npm", " ", "test", "*", "/work/", "..", "/", ";", "&&", "rm", "$(x)", "\n"];
  const request = { kind: "approval", id: "a", tool: "Bash", title: "", input: {}, scopes: ["once"] } as const;

  it("are read from any text", () => {
    holds(
      fc.property(fc.oneof(near(["Bash", "(", ")", "*", " ", "mcp__x"]), anyText), (text) => {
        const rule = parseAllowRule(text);
        if (rule !== undefined) expect(rule.tool).toMatch(/^[\w.:/-]+$/);
      }),
      1000,
    );
  });

  it("cover what they spell, and with stars nothing that smuggles in a second command or a way up", () => {
    holds(
      fc.property(near(pieces, 6), near(pieces, 8), (pattern, subject) => {
        const rule = parseAllowRule(`Bash(${pattern})`);
        fc.pre(rule?.pattern !== undefined);
        if (!isCovered(request, subject, [rule])) return;
        const count = (text: string, mark: RegExp): number => text.match(mark)?.length ?? 0;
        for (const mark of [/[;&|<>$`()\n\r]/g, /(?<=[/\\])\.\.(?=[/\\]|$)/g]) {
          // Those in the pattern are what the user allowed.
          expect(count(subject, mark)).toBeLessThanOrEqual(count(rule.pattern ?? "", mark));
        }
        expect(isCovered({ ...request, tool: "Write" }, subject, [rule])).toBe(false);
      }),
      3000,
    );
  });

  it("cover a subject that is the pattern itself where that has no star", () => {
    holds(
      fc.property(anyText, (text) => {
        const rule = { tool: "Bash", pattern: text };
        fc.pre(!text.includes("*"));
        expect(isCovered(request, text, [rule])).toBe(true);
      }),
    );
  });
});

function squeezed(text: string): string {
  return text.replace(/\s+/g, "");
}

function unpadded(data: string): string {
  return data.replace(/(?<=:[on]|\.)0+(?=\d)/g, "");
}
