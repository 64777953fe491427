import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { checkConfig } from "../../src/config/check-config.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { setInText, unsetInText } from "../../src/config/edit-text.ts";
import { overlayEnv } from "../../src/config/env-overlay.ts";
import { formatKeyPath, parseKeyPath, valueAt } from "../../src/config/key-path.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { parseLiteral, parseToml, printValue } from "../../src/config/toml-text.ts";
import { ENGINE_IDS, MINIMAL } from "../config/factories.ts";
import { anyJson, anyText, holds, near } from "./check.ts";

const dir = mkdtempSync(join(tmpdir(), "takopi-property-"));
const path = join(dir, "takopi.toml");
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const pieces = [
  "[transports.telegram]\n",
  'bot_token = "1:a"\n',
  "chat_id = 1\n",
  "[projects.a]\n",
  'path = "/x"\n',
  "[",
  "]",
  "=",
  '"',
  "'''",
  '"""',
  "\n",
  "#",
  "[[a]]\n",
  "a.b = 1\n",
  "[chats.1]\n",
  "1979-05-27",
  "{a = 1}",
  "inf",
  "\\u00",
];
const toml = fc.oneof(
  near(pieces, 15).map((text) => `${MINIMAL}${text}`),
  near(pieces, 15),
  anyText,
);

describe("takopi.toml", () => {
  it("may be any text: it loads, or the error says in a sentence what is wrong", () => {
    holds(
      fc.property(
        toml,
        fc.dictionary(near(["TAKOPI__", "A", "__", "LIMITS", "CHATS", "0", "x"], 6), anyText, { maxKeys: 3 }),
        (text, env) => {
          writeFileSync(path, text);
          try {
            expect(loadConfig({ path, env, engineIds: ENGINE_IDS }).config.transport).toBe("telegram");
          } catch (error) {
            expectReadable(error);
          }
        },
      ),
      400,
    );
  });

  it("may have any value under any key", () => {
    const names = [
      "transports",
      "telegram",
      "projects",
      "limits",
      "approvals",
      "allow",
      "engines",
      "plugins",
      "chats",
      "secrets",
      "names",
      "bot_token",
      "claude",
      "path",
      "policy",
      "default_engine",
      "files",
      "__proto__",
      "constructor",
      "toString",
    ];
    const table = fc.letrec((tie) => ({
      table: fc.dictionary(
        fc.constantFrom(...names),
        fc.oneof({ maxDepth: 4 }, anyJson, fc.constant(new Date(0)), tie("table")),
        { maxKeys: 4 },
      ),
    })).table;
    holds(
      fc.property(table, (value) => {
        fc.pre(typeof value === "object" && value !== null);
        const checked = checkConfig(Object.fromEntries(Object.entries(value)), {
          engineIds: ENGINE_IDS,
          tokenRequired: false,
          dir,
        });
        if (checked.kind === "invalid") expectReadable(new ConfigError(path, checked.problems));
      }),
      1000,
    );
  });

  it("is not told in its errors, where it holds a secret", () => {
    const secret = "hunter22-and-more";
    holds(
      fc.property(fc.constantFrom("bot_token", "voice_transcription_api_key"), near(pieces, 6), (key, text) => {
        writeFileSync(path, `[transports.telegram]\n${key} = "${secret}\n${text}`);
        try {
          loadConfig({ path, env: {}, engineIds: ENGINE_IDS });
        } catch (error) {
          expect(String(error)).not.toContain(secret);
        }
      }),
      200,
    );
  });
});

describe("values and keys of the command line", () => {
  const segment = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/),
    fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 }),
  );

  it("come back as they were written", () => {
    const value = fc.oneof(
      fc.boolean(),
      fc.integer(),
      fc.string({ unit: "grapheme" }),
      fc.array(fc.string({ unit: "grapheme" }), { maxLength: 3 }),
    );
    holds(
      fc.property(value, (given) => {
        expect(parseLiteral(printValue(given))).toEqual(given);
      }),
    );
    holds(
      fc.property(
        fc.array(
          segment.filter((name) => !name.includes("\\") && !name.includes('"')),
          { minLength: 1, maxLength: 4 },
        ),
        (names) => {
          expect(parseKeyPath(formatKeyPath(names))).toEqual(names);
        },
      ),
    );
  });

  it("may be any text", () => {
    holds(
      fc.property(anyText, (text) => {
        parseLiteral(text);
        parseKeyPath(text);
        overlayEnv({ a: { b: 1 } }, { [`TAKOPI__${text}`]: text });
      }),
      1000,
    );
  });

  it("are set and unset in any valid file without changing what else it says", () => {
    const names = ["a", "b", "c"];
    const line = fc.oneof(
      fc.tuple(fc.constantFrom(...names), fc.integer()).map(([name, value]) => `${name} = ${value}`),
      fc.constantFrom("[t]", "[t.u]", "# a comment", "", "x.y = 1", 'm = """\na = 1\n"""', "l = [\n1,\n2 ]"),
    );
    holds(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom(["new"], ["t", "new"], ["deep", "er", "new"]),
        anyText,
        (lines, key, value) => {
          // A table that has nothing but the key goes with it.
          const text = lines.map((each) => (each.startsWith("[") ? `${each}\nkept = 1` : each)).join("\n");
          const before = tableOf(text);
          fc.pre(before !== undefined && !/[\ud800-\udfff]/u.test(value));
          const changed = setInText(text, key, value);
          expect(valueAt(parseToml(path, changed), key)).toBe(value);
          const restored = parseToml(path, unsetInText(changed, key));
          expect(restored).toMatchObject(before);
          expect(valueAt(restored, key)).toBeUndefined();
        },
      ),
    );
  });
});

function tableOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return parseToml(path, text);
  } catch {
    return undefined;
  }
}

function expectReadable(error: unknown): void {
  if (!(error instanceof ConfigError)) throw error;
  expect(error.message).toMatch(/\S/);
  expect(error.message).not.toMatch(/undefined|\[object|ZodError|at .*\.ts:/);
}
