import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { xor8 } from "../../../src/bytes/checksum.ts";
import { NMEA_OPTIONS, nmea } from "../../../src/protocol/nmea/nmea.ts";
import { nmeaOptions } from "../../../src/protocol/schema.ts";
import { onCaptures } from "../../captures.ts";
import { chunked, forever, framerLaws, joined, said } from "../framer-laws.ts";
import { hears, hex } from "../transcript.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

/** The text with its checksum behind it. */
function sum(content: string): string {
  return `*${xor8(Uint8Array.from(content, (character) => character.charCodeAt(0)))
    .toString(16)
    .toUpperCase()
    .padStart(2, "0")}`;
}

function sentence(content: string): string {
  return `$${content}${sum(content)}`;
}

const gll = "$GPGLL,5300.97914,N,00259.98174,E,125926,A*28";

describe("NMEA 0183", () => {
  test("a sentence gives its talker, its formatter and its fields as they stand", () => {
    hears(nmea, NMEA_OPTIONS)
      .gets(`${gll}\r\n!AIVDM,1,1,,B,177KQJ5000G?tO`, "`K>RA1wUbN0TKH,0*5C\r\n")
      .says(
        {
          type: "frame",
          dir: "rx",
          span: [0, 47],
          sentence: gll,
          talker: "GP",
          formatter: "GLL",
          fields: ["5300.97914", "N", "00259.98174", "E", "125926", "A"],
        },
        {
          span: [47, 49],
          talker: "AI",
          formatter: "VDM",
          fields: ["1", "1", "", "B", "177KQJ5000G?tO`K>RA1wUbN0TKH", "0"],
        },
      );
  });

  test("a proprietary sentence names its manufacturer", () => {
    const wire = ["PGRME,15.0,M", "PUBX,00", "PMTK001,604,3", "PX"]
      .map((content) => `${sentence(content)}\r\n`)
      .join("");
    hears(nmea, NMEA_OPTIONS)
      .gets(wire)
      .says(
        { talker: "P", manufacturer: "GRM", formatter: "E", fields: ["15.0", "M"] },
        { talker: "P", manufacturer: "UBX", formatter: "", fields: ["00"] },
        { talker: "P", manufacturer: "MTK", formatter: "001", fields: ["604", "3"] },
        { talker: "P", manufacturer: "X", formatter: "", fields: [] },
      );
  });

  test("line ends may be LF, CR, missing before the next sentence, or doubled", () => {
    hears(nmea, NMEA_OPTIONS)
      .gets(`${gll}\n${gll}\r${gll}${gll}\r\r\n\r\n`)
      .says({ span: [0, 46] }, { span: [46, 46] }, { span: [92, 45] }, { span: [137, 46] });
  });

  test("the checksum may be written in small letters, and is not waited for its line end when nothing follows", () => {
    hears(nmea, NMEA_OPTIONS)
      .gets("$AB,d*4b")
      .says()
      .ends()
      .says({ sentence: "$AB,d*4b", span: [0, 8], fields: ["d"] });
  });

  test("a wrong checksum and a missing one are different faults", () => {
    hears(nmea, NMEA_OPTIONS)
      .gets("$GPGLL,1*00\r\n$GPBOD,,T,,M,,*\n$GPTXT,hello\r\n", gll, "\n")
      .says(
        { fault: "bad-checksum", span: [0, 13] },
        { fault: "no-checksum", span: [13, 16] },
        { fault: "no-checksum", span: [29, 14] },
        { sentence: gll },
      );
  });

  test("a device that sends no checksums can be read too, and a wrong one is still wrong", () => {
    hears(nmea, { ...NMEA_OPTIONS, requireChecksum: false })
      .gets("$SkyTraq,Venus6\r\n$ver,011023*00\r\n$GPT")
      .says(
        { sentence: "$SkyTraq,Venus6", talker: "Sk", formatter: "yTraq", fields: ["Venus6"] },
        { fault: "bad-checksum" },
      )
      .gap()
      .says({ fault: "interrupted", span: [33, 4] });
  });

  test("noise, comments and other protocols between sentences are a fault a line", () => {
    hears(nmea, NMEA_OPTIONS)
      .gets(`# log of 2010\r\n{"class":"VERSION"}\n`, hex("b5 62 06"), gll, "\r\n,7*7D\n$$$", gll, "\n")
      .says(
        { fault: "rubbish", span: [0, 15] },
        { fault: "rubbish", span: [15, 20] },
        { fault: "rubbish", span: [35, 3], raw: "b56206" },
        { span: [38, 47] },
        { fault: "rubbish", raw: "2c372a37440a" },
        { fault: "rubbish", raw: "242424" },
        { sentence: gll },
      );
  });

  test("endless noise is reported as it comes, and every byte of it stands in a fault", () => {
    hears(nmea, NMEA_OPTIONS)
      .gets("x".repeat(2_100))
      .says({ fault: "rubbish", span: [0, 1024], raw: "78".repeat(1024) }, { fault: "rubbish", span: [1024, 1024] })
      .gets(`${gll}\n`)
      .says({ fault: "rubbish", span: [2048, 52] }, { sentence: gll });
  });

  test("a sentence that begins inside another cuts that one short", () => {
    hears(nmea, NMEA_OPTIONS)
      .gets(`$GPGGA,1234${gll}\n`)
      .says({ fault: "cut-short", span: [0, 11] }, { span: [11, 46] });
  });

  test("a sentence longer than the standard allows is read, one beyond the maximum is not", () => {
    const long = sentence(`GPGSV,${"1,".repeat(100)}`);
    const tooLong = sentence(`GPGSV,${"2,".repeat(30)}`);
    hears(nmea, NMEA_OPTIONS).gets(long, "\r\n").says({ sentence: long });
    hears(nmea, { ...NMEA_OPTIONS, maximum: 40 })
      .gets(tooLong, "\r\n", "$AB,d*4B\r\n")
      .says({ fault: "too-long", span: [0, 40] }, { fault: "rubbish", span: [40, 32] }, { sentence: "$AB,d*4B" });
    const fits = sentence(`GP${"x".repeat(34)}`);
    hears(nmea, { ...NMEA_OPTIONS, maximum: 40 })
      .gets(fits, "\n")
      .says({ sentence: fits });
    hears(nmea, { ...NMEA_OPTIONS, maximum: 39 })
      .gets(fits, "\n")
      .says({ fault: "too-long" }, { fault: "rubbish" });
  });

  test("a TAG block belongs to the sentence behind it", () => {
    const tag = `s:station1,c:1241544035${sum("s:station1,c:1241544035")}`;
    const { length } = `\\${tag}\\`;
    hears(nmea, NMEA_OPTIONS)
      .gets(`\\${tag}\\${gll}\r\n`)
      .says({ sentence: gll, tag, span: [0, length + 47], talker: "GP", fields: { length: 6 } });
    hears(nmea, NMEA_OPTIONS)
      .gets(`\\s:x*00\\${gll}\n\\${tag}\\\r\nC:\\temp\\${gll}\n\\${tag}\\$GPGLL,1*00\n`)
      .says(
        { fault: "bad-tag", span: [0, 8] },
        { sentence: gll },
        { fault: "bad-tag", span: [54, length] },
        { fault: "rubbish", raw: "433a5c74656d705c" },
        { sentence: gll },
        { fault: "bad-checksum" },
      );
  });

  test("a gap, a lost link, the end of a datagram and of the tape each say what they cut off", () => {
    hears(nmea, NMEA_OPTIONS)
      .gets("$GPGL")
      .gap()
      .says({ fault: "interrupted", span: [0, 5] })
      .gets(gll)
      .link("lost")
      .says({ sentence: gll })
      .gets("\\s:x")
      .gap()
      .says({ fault: "interrupted", span: [50, 4] })
      .gets("$")
      .ends()
      .says({ fault: "unfinished", span: [54, 1] })
      .ends()
      .says();
    hears(nmea, NMEA_OPTIONS, { kind: "datagram" })
      .datagram(gll)
      .datagram(gll.slice(0, 20))
      .datagram(`${gll}\r\n${gll}`)
      .says({ sentence: gll }, { fault: "truncated", span: [45, 20] }, { sentence: gll }, { sentence: gll });
    hears(nmea, { ...NMEA_OPTIONS, requireChecksum: false }, { kind: "datagram" })
      .datagram("$ver,1")
      .says({ fields: ["1"] });
  });

  test("bytes outside ASCII are kept, one character each", () => {
    const content = "GPTXT,\u00fc\u0080\u00ff";
    const wire = Uint8Array.from(`${sentence(content)}\r\n`, (character) => character.charCodeAt(0));
    hears(nmea, NMEA_OPTIONS)
      .gets(joined([ascii(`${gll}\n`), wire, ascii(`${gll}\n`)]))
      .says({ sentence: gll }, { fields: ["\u00fc\u0080\u00ff"] }, { sentence: gll });
    hears(nmea, NMEA_OPTIONS)
      .gets(`${gll}\n# Empf\u00e4nger\n${gll}\n`)
      .says({ sentence: gll }, { fault: "rubbish" }, { sentence: gll });
  });
});

const field = fc.stringMatching(/^[0-9A-Z .-]{0,8}$/);
const content = fc.tuple(fc.constantFrom("GPGGA", "PGRME", "AIVDM", "X", ""), fc.array(field, { maxLength: 8 }));
const whole = fc
  .tuple(content, fc.constantFrom("\r\n", "\n", "\r"), fc.constantFrom("", `\\s:a${sum("s:a")}\\`))
  .map(([[address, fields], end, tag]) => `${tag}${sentence([address, ...fields].join(","))}${end}`)
  .filter((text) => !text.includes("$*"));

framerLaws("nmea", {
  framer: nmea,
  options: { requireChecksum: true, maximum: 100 },
  frame: whole.map(ascii),
  alphabet: ascii("$!*\\\r\n,0A"),
  spoils: 0,
  ignores: (bytes) => bytes.every((byte) => byte === 0x0d || byte === 0x0a),
  stateMax: 6_000,
});

framerLaws("nmea without checksums", {
  framer: nmea,
  options: { requireChecksum: false, maximum: 100 },
  frame: whole.map(ascii),
  alphabet: ascii("$!*\\\r\n,0A"),
  spoils: 0,
  ignores: (bytes) => bytes.every((byte) => byte === 0x0d || byte === 0x0a),
  stateMax: 6_000,
});

describe("the options of nmea", () => {
  test("have defaults, and refuse what cannot be", () => {
    expect(nmeaOptions.parse({})).toEqual(NMEA_OPTIONS);
    expect(nmeaOptions.safeParse({ maximum: 3 }).success).toBe(false);
    expect(nmeaOptions.safeParse({ checksum: false }).success).toBe(false);
  });
});

interface ExpectedLog {
  readonly log: string;
  readonly sentences: number;
  readonly sha256_of_sentence_lines: string;
}

describe("captures", () => {
  onCaptures(
    "58 logs of receivers: every valid sentence is found and no other, however they are cut",
    (folder) => {
      const logs: ExpectedLog[] = JSON.parse(readFileSync(join(folder, "nmea-gpsd", "expected.json"), "utf8"));
      expect(logs).toHaveLength(58);
      for (const { log, sentences, sha256_of_sentence_lines: sha256 } of logs) {
        const wire = new Uint8Array(readFileSync(join(folder, "nmea-gpsd", log)));
        const random = fc.sample(fc.infiniteStream(fc.integer({ min: 1, max: 300 })), {
          numRuns: 1,
          seed: wire.length,
        })[0]!;
        let first: string | undefined;
        for (const sizes of [forever(wire.length), forever(1), forever(7), forever(65_536), random]) {
          const outputs = said(nmea, NMEA_OPTIONS, [...chunked(wire, sizes), { type: "end" }]);
          const found = outputs.filter(({ type }) => type === "frame").map(({ sentence }) => `${sentence}\n`);
          expect([log, found.length]).toEqual([log, sentences]);
          expect(createHash("sha256").update(found.join("")).digest("hex")).toBe(sha256);
          first ??= JSON.stringify(outputs);
          expect(JSON.stringify(outputs) === first, log).toBe(true);
        }
      }
    },
    60_000,
  );
});
