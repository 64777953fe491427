import { describe, expect, it } from "vitest";
import { dataKeyCipher, openDataKey } from "../../../../runners/happy/client/crypto/data-key.ts";
import {
  contentKeyPair,
  decodeSecret,
  deriveKey,
  signChallenge,
} from "../../../../runners/happy/client/crypto/keys.ts";
import { legacyCipher } from "../../../../runners/happy/client/crypto/legacy.ts";
import { RecordOpener } from "../../../../runners/happy/client/crypto/record-cipher.ts";
import { AuthenticationError, EncryptionError } from "../../../../runners/happy/client/errors.ts";
import { base64, bytes, vectors } from "./vectors.ts";

const secret = bytes(vectors.accountSecret);
const dataKey = bytes(vectors.dataKey);
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");

describe("the key tree", () => {
  it("is the one of the real CLI", () => {
    expect(hex(deriveKey(secret, "Happy EnCoder", ["content"]))).toBe(vectors.keyTree["Happy EnCoder/content"]);
    expect(hex(deriveKey(secret, "test", ["a", "b"]))).toBe(vectors.keyTree["test/a/b"]);
    expect(hex(deriveKey(secret, "test", []))).toBe(vectors.keyTree["root test"]);
  });

  it("leads to the key pair that data keys are sealed to", () => {
    const { publicKey, secretKey } = contentKeyPair(secret);
    expect(base64(publicKey)).toBe(vectors.contentPublicKey);
    expect(base64(secretKey)).toBe(vectors.contentSecretKey);
    expect(base64(openDataKey(vectors.dataEncryptionKey, secretKey) ?? new Uint8Array())).toBe(vectors.dataKey);
  });

  it("opens no key that was sealed to another pair, or is too short to be one", () => {
    const { secretKey } = contentKeyPair(dataKey);
    expect(openDataKey(vectors.dataEncryptionKey, secretKey)).toBeUndefined();
    expect(openDataKey("AAAA", secretKey)).toBeUndefined();
  });
});

describe("the signature of a challenge", () => {
  it("is the one of the real CLI", () => {
    const { publicKey, signature } = signChallenge(secret, bytes(vectors.challenge));
    expect(base64(publicKey)).toBe(vectors.signPublicKey);
    expect(base64(signature)).toBe(vectors.signature);
  });

  it("is over bytes of our own where none are given", () => {
    expect(base64(signChallenge(secret).challenge)).not.toBe(base64(signChallenge(secret).challenge));
  });
});

describe.each([
  ["with the account's secret", legacyCipher(secret), vectors.legacyCiphertext],
  ["with a data key", dataKeyCipher(dataKey), vectors.dataKeyCiphertext],
])("what is encrypted %s", (_, cipher, ciphertext) => {
  it("by the real CLI is read", () => {
    expect(cipher.decrypt(ciphertext)).toEqual(vectors.plaintext);
  });

  it("by us is read again, and never looks the same twice", () => {
    const [one, two] = [cipher.encrypt(vectors.plaintext), cipher.encrypt(vectors.plaintext)];
    expect(cipher.decrypt(one)).toEqual(vectors.plaintext);
    expect(one).not.toBe(two);
    expect(cipher.decrypt(cipher.encrypt(undefined))).toBeNull();
  });

  it("and then damaged, cut or not base64 is an EncryptionError", () => {
    const damaged = bytes(ciphertext);
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    for (const bad of [base64(damaged), "AAAAAAAAAAAAAA==", "", "no base64!"]) {
      expect(() => cipher.decrypt(bad)).toThrow(EncryptionError);
    }
  });
});

describe("a data key", () => {
  it.each(Object.entries(vectors.bad))("does not read %s", (_, bad) => {
    expect(() => dataKeyCipher(dataKey).decrypt(bad)).toThrow(EncryptionError);
  });
});

describe("a record", () => {
  const metadata = { path: "/home/user/project" };
  const sealed = { metadata: dataKeyCipher(dataKey).encrypt(metadata), dataEncryptionKey: vectors.dataEncryptionKey };

  it("is opened with the account's secret, through the key that is sealed to it", () => {
    const { cipher, metadata: plain } = new RecordOpener(secret).open(sealed);
    expect(plain).toEqual(metadata);
    expect(cipher.variant).toBe("data-key");
  });

  it("of a machine is opened with its machineKey alone", () => {
    expect(new RecordOpener(dataKey).open(sealed).metadata).toEqual(metadata);
  });

  it("without a key of its own is opened with the account's secret", () => {
    const record = { metadata: legacyCipher(secret).encrypt(metadata), dataEncryptionKey: null };
    expect(new RecordOpener(secret).open(record).cipher.variant).toBe("legacy");
  });

  it("of somebody else is an EncryptionError that says what to use", () => {
    const stranger = new RecordOpener(bytes(vectors.challenge));
    expect(() => stranger.open(sealed)).toThrow(EncryptionError);
    expect(() => stranger.open(sealed)).toThrow(/agent\.key/u);
  });
});

describe("a secret", () => {
  it("is 32 bytes in base64, also in the form for URLs", () => {
    expect(decodeSecret(` ${vectors.accountSecret}\n`)).toEqual(secret);
    const odd = new Uint8Array(32).fill(0xfb);
    expect(decodeSecret(Buffer.from(odd).toString("base64url"))).toEqual(odd);
  });

  it.each(["", "short", "not base64 at all!", `${vectors.accountSecret}AAAA`])(
    "that is %j is an AuthenticationError that does not quote it",
    (text) => {
      expect(() => decodeSecret(text)).toThrow(AuthenticationError);
      if (text !== "") expect(() => decodeSecret(text)).not.toThrow(text);
    },
  );
});
