import { backend } from "../../../runners/mock/index.ts";
import { describeRunner } from "../../contract/runner-contract.ts";
import { completedOf } from "../../factories.ts";

describeRunner({
  name: "mock",
  createRunner: () => backend.createRunner({ speed: 0 }, { engine: "mock", configDir: "/" }),
  cases: {
    prompts: { succeed: "steps 2", fail: "fail", hang: "hang" },
    echo: { prompt: (text) => `echo ${text}`, received: (events) => completedOf(events).answer },
  },
});
