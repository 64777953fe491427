import { describeRunner } from "../../contract/runner-contract.ts";
import { completedOf } from "../../factories.ts";
import { fakeAgent } from "./fake-agent.ts";

describeRunner({
  name: "an ACP agent",
  createRunner: () => fakeAgent(),
  cases: {
    prompts: { succeed: "hello", fail: "FAIL", hang: "HANG" },
    echo: { received: (events) => completedOf(events).answer },
  },
});
