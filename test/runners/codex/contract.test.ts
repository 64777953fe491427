import { describeRunner } from "../../contract/runner-contract.ts";
import { completedOf } from "../../factories.ts";
import { fakeCodex } from "./fake-codex.ts";

const cases = {
  prompts: { succeed: "hello", fail: "FAIL", hang: "HANG" },
  echo: { received: (events) => completedOf(events).answer },
} satisfies Parameters<typeof describeRunner>[0]["cases"];

describeRunner({ name: "codex app-server", createRunner: () => fakeCodex(), cases });
describeRunner({ name: "codex exec", createRunner: () => fakeCodex({ config: { mode: "exec" } }), cases });
