import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/cli/config/schema.ts";
import { loadSecrets, secretValues } from "../../../src/cli/secrets/secrets.ts";
import { secretsPath } from "../../../src/cli/secrets/secrets-file.ts";
import type { FieldtapeError } from "../../../src/errors.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

function secretsFile(content: unknown, mode = 0o600): NodeJS.ProcessEnv {
  const path = join(temporaryFolder(), "secrets.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  chmodSync(path, mode);
  return { FIELDTAPE_SECRETS: path };
}

const refusal = (environment: NodeJS.ProcessEnv): Promise<FieldtapeError> =>
  loadSecrets(environment).then(
    () => Promise.reject(new Error("was taken")),
    (thrown: FieldtapeError) => thrown,
  );

describe("secrets.json", () => {
  test("is refused when others can read it, and the error says what to do", async () => {
    for (const mode of [0o640, 0o604, 0o660, 0o644, 0o611]) {
      const environment = secretsFile({ uploadToken: "abcd1234" }, mode);
      const { code, message, hint } = await refusal(environment);
      expect({ code, message }).toEqual({
        code: "CONFIG_INVALID",
        message: `the secrets can be read by others: mode 0${mode.toString(8)}`,
      });
      expect(hint).toBe(`chmod 600 ${environment["FIELDTAPE_SECRETS"]}`);
    }
    await expect(loadSecrets(secretsFile({ uploadToken: "abcd1234" }, 0o400))).resolves.toEqual({
      uploadToken: "abcd1234",
    });
  });

  test("that is wrong is told without what stands in it", async () => {
    const wrong = [
      `{"uploadToken": "hunter2secret"`,
      { uploadTokens: "hunter2secret" },
      { redactionKey: "hunter2secret" },
    ];
    for (const content of wrong) {
      const { code, message, hint } = await refusal(secretsFile(content));
      expect(code).toBe("CONFIG_INVALID");
      expect(`${message} ${hint}`).not.toContain("hunter2");
    }
    const { message } = await refusal(secretsFile({ uploadTokens: "hunter2secret" }));
    expect(message).toContain("uploadTokens: is no key of the secrets; did you mean uploadToken?");
  });

  test("is not needed; a variable goes before it", async () => {
    const folder = temporaryFolder();
    expect(await loadSecrets({ XDG_CONFIG_HOME: folder })).toEqual({});
    mkdirSync(join(folder, "fieldtape"));
    expect(secretsPath({ XDG_CONFIG_HOME: folder })).toBe(join(folder, "fieldtape", "secrets.json"));
    const environment = { ...secretsFile({ redisPassword: "in the file" }), FIELDTAPE_REDIS_PASSWORD: "outside" };
    expect(await loadSecrets(environment)).toEqual({ redisPassword: "outside" });
    expect(await refusal({ FIELDTAPE_REDACTION_KEY: "short", FIELDTAPE_SECRETS: join(folder, "none") })).toMatchObject({
      message: "FIELDTAPE_REDACTION_KEY is not 32 bytes in hex",
    });
  });
});

test("what must not leave is every secret, what the user names, and what the environment calls a secret", () => {
  const secrets = {
    redactionKey: "00".repeat(32),
    keyPassphrase: "correct horse",
    own: { ftp: "battery" },
    redact: ["SN-1234"],
  };
  const environment = {
    MQTT_PASSWORD: "staple-77",
    GITHUB_TOKEN: "abcdefgh",
    SSH_KEY_FILE: "/home/me/key",
    TOKEN_PATH: "/run/secrets/token",
    API_TOKEN: "no",
    HOME: "/home/me",
  };
  expect(secretValues(secrets, environment).toSorted()).toEqual([
    "SN-1234",
    "abcdefgh",
    "battery",
    "correct horse",
    "staple-77",
  ]);
});

describe("a configuration", () => {
  const problems = (value: unknown): readonly string[] => {
    const parsed = parseConfig(value);
    return "problems" in parsed ? parsed.problems.map(({ path, message }) => `${path.join(".")}: ${message}`) : [];
  };

  test("is refused when a member of it is a secret, by name or by its looks, and says where that belongs", () => {
    const secret = "hunter2secret";
    const options = { login: { password: secret } };
    const refused: readonly [unknown, string][] = [
      [{ uploadToken: secret }, "uploadToken"],
      [{ subjects: { mine: { subject: "lines", options } } }, "subjects.mine.options.login.password"],
      [{ channels: { a: { source: `tcp://user:${secret}@host:1` } } }, "channels.a.source"],
      [{ suites: { a: `https://host/corpus?Signature=${secret}` } }, "suites.a"],
      [
        { release: { product: "p", payload: ["x"], upload: ["curl", "-H", `Authorization: Bearer ${secret}`] } },
        "release.upload.2",
      ],
    ];
    for (const [value, place] of refused) {
      const [problem, ...more] = problems(value);
      expect(problem).toMatch(/^[\w.]+: is a secret.*secrets\.json.*environment variable/);
      expect([problem?.split(":")[0], more]).toEqual([place, []]);
      expect(problem).not.toContain(secret);
    }
  });

  test("may speak of secrets", () => {
    const own = { password: "pw=(.+)", token: "T-([0-9]+)" };
    const value = {
      redaction: { mine: { patterns: { own }, metadata: { eventMembers: ["token"] } } },
      subjects: { mine: { subject: "length-prefixed", options: { tokenLength: 4, pin: 7 } } },
    };
    expect(problems(value)).toEqual([]);
  });

  test("with a profile that is wrong is refused, naming the rule", () => {
    const nmea = [
      { path: "fields[", action: "mask" },
      { path: "x", when: "formatter =", action: "burn" },
    ];
    expect(problems({ redaction: { mine: { fields: { nmea }, patterns: { own: { bad: "(" } } } } })).toEqual([
      "redaction.mine.fields.nmea.0.path: is no path like fields[1] or objects[*].text",
      expect.stringMatching(/^redaction\.mine\.fields\.nmea\.1\.when: /),
      expect.stringMatching(/^redaction\.mine\.fields\.nmea\.1\.action: /),
      expect.stringMatching(/^redaction\.mine\.patterns\.own\.bad: the pattern is not valid/),
    ]);
  });
});
