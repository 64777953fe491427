import { expect, it } from "vitest";
import type { DecisionRequest } from "../../src/domain/decision.ts";
import { askWhenOver } from "../../src/runner/ask-when-over.ts";
import { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";
import { createTestHost } from "../factories.ts";

const request: DecisionRequest = { kind: "plan", id: "plan-1", markdown: "look" };

function pastThatEnds(): { readonly past: JsonRpcPast; readonly end: () => void } {
  let end = (): void => {};
  const caughtUp = new Promise<void>((resolve) => (end = resolve));
  return { past: new JsonRpcPast({ told: [], toldAfter: [], caughtUp, isTakenUp: true }), end };
}

it("asks when the past is over, and not before", async () => {
  const host = createTestHost();
  const { past, end } = pastThatEnds();
  const decision = askWhenOver(host, past, { request, withdrawn: new AbortController().signal });
  await new Promise((resolve) => setImmediate(resolve));
  expect(host.requests).toEqual([]);
  end();
  expect(await decision).toEqual({ kind: "approve", scope: "once" });
  expect(host.requests).toEqual([request]);
});

it("does not ask what is taken back before that", async () => {
  const host = createTestHost();
  const withdrawn = new AbortController();
  const decision = askWhenOver(host, pastThatEnds().past, { request, withdrawn: withdrawn.signal });
  withdrawn.abort();
  expect(await decision).toMatchObject({ kind: "dismiss" });
  expect(host.requests).toEqual([]);
});

it("asks at once where there is no past", () => {
  const host = createTestHost();
  const past = new JsonRpcPast({ told: [], toldAfter: [], caughtUp: Promise.resolve(), isTakenUp: false });
  void askWhenOver(host, past, { request, withdrawn: new AbortController().signal });
  expect(host.requests).toEqual([request]);
});
