import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redact } from "../../src/app/secrets/redact.ts";
import { createSecretCover } from "../../src/app/secrets/secret-cover.ts";
import { coverContent, coverEvent, withCoveredRequest } from "../../src/bridge/secret-cover.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { secretSamples } from "../config/secret-samples.ts";
import { generateMarkdown } from "../render/markdown-generator.ts";
import { anyJson, anyText, holds, near } from "./check.ts";

const OWN = ["hunter22-and-more", 'a "quoted"\nsecret value', "123456789:the-bots-own-token"];
const secrets = createSecretCover({ never: [OWN[2] ?? ""], values: OWN.slice(0, 2), shapes: true, allow: [] });
const samples = secretSamples.map(({ before, secret, after }) => `${before}${secret}${after}`);
const pieces = [
  "-----BEGIN PRIVATE KEY-----",
  "sk-",
  "ghp_",
  "eyJ",
  "aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW0xYz",
  ".",
  "://a:",
  "@",
  "\n",
  " ",
  "bearer ",
];
const spoiled = near([...pieces, ...samples, ...OWN], 8);

describe("covering secrets in any text", () => {
  it("keeps its length and its lines, and covering again changes nothing", () => {
    holds(
      fc.property(spoiled, (text) => {
        const covered = secrets.cover(text);
        expect(covered.length).toBe(text.length);
        expect(places(covered, "\n")).toEqual(places(text, "\n"));
        expect(secrets.cover(covered)).toBe(covered);
      }),
      2000,
    );
  });

  it("changes no character that is not part of a secret", () => {
    holds(
      fc.property(fc.oneof(spoiled, anyText), (text) => {
        const covered = secrets.cover(text);
        const isKept = (unit: string, index: number): boolean => unit === text.charAt(index) || unit === "•";
        expect(covered.split("").every(isKept)).toBe(true);
      }),
      500,
    );
  });

  it("leaves none of the known secrets, wherever it stands", () => {
    const around = fc.oneof(fc.constantFrom("", " ", "\n", "`", '"', "(", "> ", "12→"), anyText);
    holds(
      fc.property(fc.constantFrom(...OWN), around, around, (secret, before, after) => {
        expect(secrets.cover(`${before}${secret}${after}`)).not.toContain(secret);
        expect(redact(`${before}${secret}${after}`, OWN)).not.toContain(secret);
      }),
    );
    holds(
      fc.property(fc.constantFrom(...secretSamples), fc.constantFrom(" ", "\n", "`", '"', "("), (sample, edge) => {
        const text = `${edge}${sample.before}${sample.secret}${sample.after}${edge}`;
        expect(secrets.cover(text)).not.toContain(sample.secret);
        expect(redact(text, [])).not.toContain(sample.secret);
      }),
    );
  });

  it("names for showing only what is there, and nothing of the bot's own token", () => {
    holds(
      fc.property(spoiled, (text) => {
        for (const secret of secrets.secretsIn(text)) {
          expect(text).toContain(secret);
          expect(secret).not.toContain("the-bots-own-token");
        }
      }),
      1000,
    );
  });
});

it("the places of entities are those they had, and their addresses are covered", () => {
  holds(
    fc.property(fc.nat(100_000), fc.constantFrom(...samples), (seed, sample) => {
      const content = renderMarkdown(
        `${generateMarkdown(seed).markdown}\n\n${sample} [x](https://x.example/?k=${OWN[0]})`,
      );
      const covered = coverContent(secrets, content);
      expect(covered.entities.map(({ url: _url, ...place }) => place)).toEqual(
        content.entities.map(({ url: _url, ...place }) => place),
      );
      expect(JSON.stringify(covered)).not.toContain(OWN[0]);
    }),
    100,
  );
});

it("what engines do and ask is covered whatever its form, and sessions keep their names", () => {
  const value = OWN[0] ?? "";
  holds(
    fc.property(anyJson, anyText, (input, text) => {
      const title = `${text}${value}`;
      const request = {
        kind: "approval",
        id: "r",
        tool: "Bash",
        title,
        input: [input, { [title]: title }],
        scopes: ["once"],
      } as const;
      expect(JSON.stringify(withCoveredRequest(secrets, { request }))).not.toContain(value);
      const action = { id: "a", kind: "command", title, detail: { changes: [{ path: title, kind: "add" }] } } as const;
      const event = coverEvent(secrets, { type: "action", engine: "x", action, phase: "started", message: title });
      expect(JSON.stringify(event)).not.toContain(value);
      const resume = { engine: "x", value: title };
      expect(coverEvent(secrets, { type: "started", engine: "x", resume })).toMatchObject({ resume });
    }),
  );
});

function places(text: string, character: string): readonly number[] {
  return [...text.matchAll(new RegExp(character, "g"))].map(({ index }) => index);
}
