import type { Runner } from "../../../src/runner/runner.ts";
import { describeRunner } from "../../contract/runner-contract.ts";
import { completedOf } from "../../factories.ts";
import { claudeRequest, fakeClaude } from "./fake-claude.ts";

describeRunner({
  name: "claude",
  createRunner: () => withOwnRunIds(fakeClaude()),
  cases: {
    prompts: { succeed: "hello", fail: "FAIL", hang: "HANG" },
    echo: { received: (events) => completedOf(events).answer },
  },
});

function withOwnRunIds(runner: Runner): Runner {
  return {
    ...runner,
    run: (request, host) => runner.run(request.record ? request : { ...request, runId: claudeRequest().runId }, host),
  };
}
