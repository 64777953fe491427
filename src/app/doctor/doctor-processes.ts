import { runGroups } from "../../wire/cgroup.ts";
import { hasLimitMark } from "../../wire/run-mark.ts";
import type { Check } from "./doctor-check.ts";

/** How surely everything that an engine started ends with its run on this machine. */
export async function checkProcesses(): Promise<Check> {
  if ((await runGroups()) !== undefined) {
    return { state: "ok", text: "what engines start ends with their run, each run is a control group of its own" };
  }
  if (await hasLimitMark()) {
    return { state: "ok", text: "what engines start ends with their run; there are no control groups here" };
  }
  const advice = process.platform === "linux" ? ": install util-linux, which has `prlimit`" : "";
  return {
    state: "warning",
    text: `a program that an engine starts and that hides itself can outlive its run${advice}`,
  };
}
