import { describeRunner } from "../../contract/runner-contract.ts";
import type { RunnerUnderTest } from "../../contract/runner-under-test.ts";
import { completedOf } from "../../factories.ts";
import { fakePi } from "./fake-pi.ts";

const cases: RunnerUnderTest["cases"] = {
  prompts: { succeed: "hello", fail: "FAIL", hang: "HANG" },
  echo: { received: (events) => completedOf(events).answer },
};

describeRunner({ name: "pi", createRunner: () => fakePi(), cases });

describeRunner({
  name: "pi in print mode",
  createRunner: () => fakePi({ config: { mode: "print" } }),
  cases,
  deviations: [
    {
      reason: "pi --print trims its stdin, and runs nothing when that is empty",
      tests: ["a prompt that is empty arrives intact"],
    },
  ],
});
