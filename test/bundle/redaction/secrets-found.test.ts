import { describe, expect, test } from "vitest";
import { BUILT_IN_PATTERNS } from "../../../src/bundle/redaction/built-in-patterns.ts";
import { isSecretName } from "../../../src/bundle/redaction/secret-names.ts";
import { SecretScanner } from "../../../src/bundle/redaction/secret-scanner.ts";
import { TextRedactor } from "../../../src/bundle/redaction/text-redactor.ts";
import { CHANNEL, raw, redact, redaction, STANDARD_REDACTION, wire } from "./redacting.ts";

/** For each pattern: text around a secret, which stands between « and ». */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  password: ["login password=«hunter2» ok", '{"deviceSecret": "«aB3-x_9»","n":1}', "api-key: «0123abcd»", "PWD=«x1y»;"],
  "pass-command": ["USER bob\r\nPASS «correct horse»\r\n"],
  authorization: ["GET / HTTP/1.1\r\nAuthorization: Basic «dXNlcjpwYXNz»\r\n", "with Bearer «abc.def-123» in it"],
  jwt: ["x «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_DEF-1» y"],
  "cloud-key": ["id «AKIAIOSFODNN7EXAMPLE» .", "id «LTAI4Fexample1234567» ."],
  "signed-url": [
    "https://b.oss.example/o?OSSAccessKeyId=«LT1»&Expires=1&Signature=«a%2Fb%3D» end",
    "/o?X-Amz-Signature=«00ff»",
  ],
  "url-credentials": ["redis://«user:p4ss»@host:6379/0"],
  "private-key": ["-----BEGIN EC PRIVATE KEY-----«\nMHcCAQEE\nIIrYSSNQ\n»-----END EC PRIVATE KEY-----"],
  "age-key": ["x «AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8» y"],
  "platform-token": ["x «ghp_0123456789abcdefghijABCDEFGHIJ012345» y"],
  email: ["from «bob.smith+x@mail.example.org», at noon"],
};

describe("a secret is known by how it looks", () => {
  for (const name of Object.keys(BUILT_IN_PATTERNS)) {
    test(name, () => {
      const scanner = new SecretScanner({
        profile: redaction({ patterns: { builtIn: [name] } }).profile,
        literals: [],
      });
      expect(SAMPLES[name]?.length).toBeGreaterThan(0);
      for (const sample of SAMPLES[name] ?? []) {
        const text = sample.replaceAll(/[«»]/g, "");
        const hits = scanner.find(new TextEncoder().encode(text));
        expect(hits.map(({ start, end }) => text.slice(start, end))).toEqual(
          [...sample.matchAll(/«([^»]*)»/g)].map(([, secret]) => secret),
        );
      }
    });
  }

  test("ordinary traffic has none", () => {
    const scanner = new SecretScanner(STANDARD_REDACTION);
    const ordinary = [
      "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n",
      "the secret of the token is that a password has none",
      "GET /index.html?page=2&sort=name HTTP/1.1\r\nHost: plc\r\n",
      "http://10.0.0.1:80/a@b",
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    ];
    for (const text of ordinary) expect([text, scanner.find(new TextEncoder().encode(text))]).toEqual([text, []]);
  });

  test("names of members and variables tell secrets, and no others", () => {
    const names = ["password", "uploadToken", "MQTT_PASSWORD", "deviceSecret", "api-key", "ACCESS_KEY", "credentials"];
    expect(names.filter((name) => !isSecretName(name))).toEqual([]);
    const others = ["passed", "tokenize", "keyboard", "spin", "secretary", "bypass", "compass", "keyid"];
    expect(others.filter(isSecretName)).toEqual([]);
  });
});

describe("in frames", () => {
  test("a value that the wire has in another form is found in what the frame says", async () => {
    // SLIP says DB as DB DD: the value is nowhere on the wire as it is.
    const value = "key\u06c0value";
    const escaped = [...Buffer.from(value)].flatMap((byte) => (byte === 0xdb ? [0xdb, 0xdd] : [byte]));
    const bytes = Buffer.from([0xc0, ...escaped, 0xc0]);
    expect(bytes.includes(Buffer.from(value))).toBe(false);
    const how = redaction({ fields: { slip: [] } }, [value]);
    const { records, report } = await redact([CHANNEL, raw(1, "rx", bytes)], how, { name: "slip" });
    expect(wire(records).includes(Buffer.from("value"))).toBe(false);
    expect(report.secrets).toEqual([{ name: "literal", count: 1 }]);
    expect(report.behaviour.verdict).toBe("same");
  });

  test("a secret over several frames is replaced in each of them", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n";
    const { records, report } = await redact([CHANNEL, raw(1, "rx", key)], STANDARD_REDACTION, { name: "lines" });
    expect(wire(records).toString()).not.toMatch(/MIIEvQ|kqhkiG/);
    expect(wire(records).toString()).toMatch(
      /^-----BEGIN PRIVATE KEY-----\n\w{14}\n\w{14}\n-----END PRIVATE KEY-----\n$/,
    );
    expect(report).toMatchObject({ fillers: { count: 0 }, behaviour: { verdict: "same", compared: 4 } });
  });

  test("a rule that keeps a field keeps what looks like a secret, but no value that is known to be one", async () => {
    const lines = "mail bob@example.org\nsays Zx9Secret77Qy\n";
    const how = redaction({ fields: { lines: [{ path: "text", action: "keep" }] } }, ["Zx9Secret77Qy"]);
    const { records } = await redact([CHANNEL, raw(1, "rx", lines)], how, { name: "lines" });
    expect(wire(records).toString()).toMatch(/^mail bob@example\.org\nsays (?!Zx9)\w{13}\n$/);
  });
});

test("texts of a bundle have the aliases of its tapes", () => {
  const texts = new TextRedactor(redaction({}, ["Pump-17"]));
  expect(texts.text("Pump-17 failed")).toBe(`${texts.pseudonyms.text("Pump-17")} failed`);
  expect(texts.json({ host: "x", auth: { token: "abcdef" }, list: ["Pump-17", 3] })).toEqual({
    host: "x",
    auth: { token: texts.pseudonyms.text("abcdef") },
    list: [texts.pseudonyms.text("Pump-17"), 3],
  });
  expect(texts.text("nothing here")).toBe("nothing here");
});

test("names of a site have the same aliases in texts, where they stand by themselves", () => {
  const texts = new TextRedactor(redaction());
  texts.learn("plc", "abc");
  texts.learn("line-3", "kqwe-7");
  texts.learn("line-3 (east)", "kqwe-7 (ghjk)");
  expect(texts.text('"--name","line-3 (east)" on line-3, online-3 and plc')).toBe(
    '"--name","kqwe-7 (ghjk)" on kqwe-7, online-3 and plc',
  );
});
