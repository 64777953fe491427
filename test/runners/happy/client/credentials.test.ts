import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialsFromEnv, resolveCredentials } from "../../../../runners/happy/client/credentials.ts";
import { AuthenticationError } from "../../../../runners/happy/client/errors.ts";
import { bytes, vectors } from "./vectors.ts";

const serverUrl = "https://happy.example";
const { accountSecret: secretB64, dataKey: machineKey } = vectors;
let dir = "";

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "happy-keys-"));
  writeFileSync(join(dir, "agent.key"), JSON.stringify({ token: "agent", secret: secretB64 }));
  writeFileSync(
    join(dir, "access.key"),
    JSON.stringify({ token: "access", encryption: { publicKey: "x", machineKey } }),
  );
  writeFileSync(join(dir, "empty.key"), "{}");
  writeFileSync(join(dir, "broken.key"), "{");
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("credentials given inline", () => {
  it("come before a key file", () => {
    const options = { serverUrl: `${serverUrl}/`, token: "mine", secretB64, credentialsPath: join(dir, "access.key") };
    expect(resolveCredentials(options, {})).toEqual({ serverUrl, token: "mine", secret: bytes(secretB64) });
  });

  it("must be both", () => {
    expect(() => resolveCredentials({ serverUrl, token: "mine" }, {})).toThrow(AuthenticationError);
    expect(() => resolveCredentials({ serverUrl, secretB64 }, {})).toThrow(AuthenticationError);
  });
});

describe("a key file", () => {
  it("is read in both formats", () => {
    const read = (file: string) => resolveCredentials({ serverUrl, credentialsPath: join(dir, file) }, {});
    expect(read("agent.key")).toMatchObject({ token: "agent", secret: bytes(secretB64) });
    expect(read("access.key")).toMatchObject({ token: "access", secret: bytes(machineKey) });
  });

  it("is that of the user where none is named, the account's before the machine's", () => {
    const env = { HAPPY_HOME_DIR: dir, HAPPY_SERVER_URL: serverUrl };
    expect(resolveCredentials({}, env)).toMatchObject({ serverUrl, token: "agent" });
  });

  it.each(["empty.key", "broken.key", "none.key"])("that is %s is an AuthenticationError with its path", (file) => {
    const options = { serverUrl, credentialsPath: join(dir, file) };
    expect(() => resolveCredentials(options, {})).toThrow(AuthenticationError);
    expect(() => resolveCredentials(options, {})).toThrow(file);
  });
});

describe("the environment", () => {
  const env = { HAPPY_SERVER_URL: serverUrl, HAPPY_TOKEN: "env", HAPPY_SECRET: secretB64 };

  it("has all three, the address of which may be overruled", () => {
    expect(credentialsFromEnv(undefined, env)).toEqual({ serverUrl, token: "env", secret: bytes(secretB64) });
    expect(credentialsFromEnv("http://127.0.0.1:3005", env).serverUrl).toBe("http://127.0.0.1:3005");
  });

  it.each(Object.keys(env))("without %s is an AuthenticationError that names it", (name) => {
    const rest = Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));
    expect(() => credentialsFromEnv(undefined, rest)).toThrow(AuthenticationError);
    expect(() => credentialsFromEnv(undefined, rest)).toThrow(name);
  });
});

describe("the address of the server", () => {
  it.each(["happy.example", "ftp://happy.example", ""])("can't be %j", (address) => {
    expect(() => resolveCredentials({ serverUrl: address, token: "t", secretB64 }, {})).toThrow(AuthenticationError);
  });
});
