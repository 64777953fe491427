import { describeRunner } from "../../contract/runner-contract.ts";
import { completedOf } from "../../factories.ts";
import { fakeRuntime } from "./fake-runtime.ts";

const cases = {
  prompts: { succeed: "hello", fail: "FAIL", hang: "HANG" },
  echo: { received: (events: Parameters<typeof completedOf>[0]) => completedOf(events).answer },
};

describeRunner({ name: "a HAPPI runtime in the dialect of the page", createRunner: () => fakeRuntime(), cases });

describeRunner({
  name: "a HAPPI runtime in the dialect of the spec",
  createRunner: () => fakeRuntime({ engine: "second-runtime", ways: { dialect: "spec" }, config: { model: "small" } }),
  cases,
});
