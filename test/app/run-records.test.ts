import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRunRecords } from "../../src/app/run-records.ts";
import type { RunRecords } from "../../src/bridge/ports.ts";
import { RunDirectory } from "../../src/wire/run-directory.ts";
import { runRequest, token } from "../factories.ts";
import { RecordingLog } from "../telegram/recording-log.ts";

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "takopi-records-"));
});

afterEach(() => rmSync(dataDir, { recursive: true }));

function records(isOn = true): RunRecords {
  return createRunRecords({ dataDir, log: new RecordingLog(), isOn });
}

const request = runRequest({ prompt: "--help", resume: token("s1"), options: { model: "opus" } });

function begun(): RunDirectory {
  const directory = records().begin(request)?.directory ?? "";
  return new RunDirectory(directory);
}

describe("the records of runs", () => {
  it("give back the request of a run whose engine has its prompt, as it was", () => {
    begun().tell("--help");
    const directory = join(dataDir, "runs", request.runId);
    expect(records().find(request.runId)).toEqual({ ...request, record: { directory, isTakenUp: true } });
    expect(records().isUnbegun(request.runId)).toBe(false);
  });

  it("tell a run whose engine has not got its prompt", () => {
    begun();
    expect(records().find(request.runId)).toBeUndefined();
    expect(records().isUnbegun(request.runId)).toBe(true);
  });

  it("have nothing to go on with for a run that was being ended", () => {
    const directory = begun();
    directory.tell("--help");
    directory.close();
    expect(records().find(request.runId)).toBeUndefined();
    expect(records().isUnbegun(request.runId)).toBe(false);
    expect(records().runIds()).toEqual([request.runId]);
  });

  it("begin anew for a second attempt", () => {
    begun().tell("--help");
    begun();
    expect(records().isUnbegun(request.runId)).toBe(true);
  });

  it("are readable by their user alone", () => {
    begun().tell("secret");
    const paths = ["runs", `runs/${request.runId}`, `runs/${request.runId}/request`, `runs/${request.runId}/in.1`];
    expect(paths.map((path) => statSync(join(dataDir, path)).mode & 0o077)).toEqual([0, 0, 0, 0]);
  });

  it("are removed, and nothing is wrong with removing none", () => {
    begun();
    records().remove(request.runId);
    records().remove(request.runId);
    expect(records().runIds()).toEqual([]);
  });

  it("know nothing of runs they have none of", () => {
    expect(records().find(request.runId)).toBeUndefined();
    expect(records().isUnbegun(request.runId)).toBe(false);
  });

  it("are not made where runs are not to survive, and those left are only there to be removed", () => {
    begun().tell("--help");
    const off = records(false);
    expect(off.begin(request)).toBeUndefined();
    expect(off.find(request.runId)).toBeUndefined();
    expect(off.isUnbegun(request.runId)).toBe(false);
    expect(off.runIds()).toEqual([request.runId]);
  });

  it("do without where they can't be made", () => {
    writeFileSync(join(dataDir, "runs"), "in the way");
    expect(records().begin(request)).toBeUndefined();
  });
});
