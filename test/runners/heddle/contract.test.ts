import { afterEach } from "vitest";
import { describeRunner } from "../../contract/runner-contract.ts";
import { completedOf } from "../../factories.ts";
import { endFakes, fakeHeddle, impatient } from "./fake-heddle.ts";

afterEach(endFakes);

describeRunner({
  name: "heddle",
  createRunner: () => fakeHeddle({ patience: impatient }),
  cases: {
    prompts: { succeed: "hello", fail: "FAIL", hang: "HANG" },
    echo: { received: (events) => completedOf(events).answer },
  },
});
