import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createRunGroups, runGroups } from "../../src/wire/cgroup.ts";
import { isRunning, withProgram } from "./programs.ts";

/** A directory that looks like a hierarchy in which this very process has the group `own`. */
function fakeHierarchy(own: string): string {
  const mount = mkdtempSync(join(tmpdir(), "takopi-cgroup-"));
  onTestFinished(() => rmSync(mount, { recursive: true }));
  mkdirSync(join(mount, own), { recursive: true });
  return mount;
}

function addGroup(directory: string, { members, populated }: { members: string; populated: boolean }): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "cgroup.procs"), members);
  writeFileSync(join(directory, "cgroup.events"), `populated ${populated ? 1 : 0}\nfrozen 0\n`);
  writeFileSync(join(directory, "cgroup.kill"), "");
}

describe("the groups of runs", () => {
  test("are below the program's own, and name their members", async () => {
    const mount = fakeHierarchy("/service");
    addGroup(join(mount, "service/takopi-a"), { members: "17\n18\n", populated: true });
    const groups = createRunGroups({ mount, root: "/", own: "/service" });
    expect(await groups.members(["a", "b"])).toEqual(new Set([17, 18]));
  });

  test("are found where only a part of the hierarchy is shown", async () => {
    const mount = fakeHierarchy("/");
    addGroup(join(mount, "takopi-a"), { members: "17\n", populated: true });
    const groups = createRunGroups({ mount, root: "/docker/1", own: "/docker/1" });
    expect(await groups.members(["a"])).toEqual(new Set([17]));
  });

  test("are killed only while somebody is in them", async () => {
    const mount = fakeHierarchy("/service");
    const [full, empty] = ["full", "empty"].map((name) => join(mount, `service/takopi-${name}`));
    addGroup(full ?? "", { members: "17\n", populated: true });
    addGroup(empty ?? "", { members: "", populated: false });
    const groups = createRunGroups({ mount, root: "/", own: "/service" });
    expect(await groups.kill(["empty", "missing"], [])).toBe(false);
    expect(await groups.kill(["full"], [])).toBe(true);
    expect([full, empty].map((group) => readFileSync(join(group ?? "", "cgroup.kill"), "utf8"))).toEqual(["1", ""]);
  });

  test("are not entered by a number whose process has ended", async () => {
    const mount = fakeHierarchy("/service");
    addGroup(join(mount, "service/takopi-a"), { members: "", populated: false });
    const groups = createRunGroups({ mount, root: "/", own: "/service" });
    await groups.enter("a", 17, () => false);
    expect(await groups.members(["a"])).toEqual(new Set());
    await groups.enter("a", 18, () => true);
    expect(await groups.members(["a"])).toEqual(new Set([18]));
  });

  test("are not made for a name that leads elsewhere", async () => {
    const mount = fakeHierarchy("/service");
    addGroup(join(mount, "elsewhere"), { members: "17\n", populated: true });
    const groups = createRunGroups({ mount, root: "/", own: "/service" });
    await groups.enter("../../elsewhere", process.pid);
    expect(await groups.members(["x/../../elsewhere"])).toEqual(new Set());
    expect(await groups.kill(["x/../../elsewhere"], [])).toBe(false);
  });
});

test("a process that entered a group is its member, ends with it, and the group goes", async ({ skip }) => {
  const groups = (await runGroups()) ?? skip("this program may make no control groups here");
  await withProgram("ignore-signals.mjs", ["SIGTERM"], async (child, runId) => {
    const { pid } = child.identity;
    await groups.enter(runId, pid);
    expect(await groups.members([runId])).toEqual(new Set([pid]));
    expect(await groups.kill([runId], [])).toBe(true);
    expect(await child.exited).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(isRunning(pid)).toBe(false);
    await groups.remove([runId]);
    expect(await groups.kill([runId], [])).toBe(false);
    expect(await groups.members([runId])).toEqual(new Set());
  });
});
