import { afterAll } from "vitest";
import { describeRunner } from "../../contract/runner-contract.ts";
import { completedOf } from "../../factories.ts";
import { FakeHappy } from "./fake-happy.ts";

const cases = {
  prompts: { succeed: "hello", fail: "FAIL", hang: "HANG" },
  echo: { received: (events: Parameters<typeof completedOf>[0]) => completedOf(events).answer },
};

const present = await FakeHappy.start();
describeRunner({ name: "happy", createRunner: () => present.runner(), cases });

const old = await FakeHappy.start({ isOld: true });
describeRunner({ name: "happy with an older machine", createRunner: () => old.runner({ engine: "laptop" }), cases });

afterAll(async () => {
  await present.close();
  await old.close();
});
