import { describeRunner } from "../../contract/runner-contract.ts";
import { completedOf } from "../../factories.ts";
import { fakeOpencode } from "./fake-opencode.ts";

const cases = {
  prompts: { succeed: "hello", fail: "FAIL", hang: "HANG" },
  echo: { received: (events: Parameters<typeof completedOf>[0]) => completedOf(events).answer },
};

describeRunner({ name: "opencode", createRunner: () => fakeOpencode(), cases });

describeRunner({
  name: "opencode with mode = run",
  createRunner: () => fakeOpencode({ config: { mode: "run" } }),
  cases,
  deviations: [
    { reason: "`opencode run` refuses an empty prompt (1.18.33)", tests: ["a prompt that is empty arrives intact"] },
  ],
});
