import { expect, test } from "vitest";
import { ReplayLines } from "../../src/cli/reporters/replay-lines.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { UTC } from "../../src/time/zone.ts";
import { channel, raw } from "../tape/traffic.ts";

const said = (value: Extract<TapeRecord, { type: "output" }>["value"]): TapeRecord => ({
  type: "output",
  at: nanos(12_345_678_901),
  machine: "modbus-rtu",
  channel: 0,
  value,
});

test("each record is one line: time, channel, direction, kind, what it says", () => {
  const lines = new ReplayLines({ color: false, zone: UTC });
  lines.learn(channel(0, "stream", "boiler"));
  const shown = [
    said({ type: "frame", dir: "rx", span: [0, 8], unit: 1, values: [1, 2], text: "a b" }),
    said({ type: "fault", fault: "bad-crc", dir: "rx", span: [8, 2], raw: "0102" }),
    said({ type: "state", state: "waiting", missing: 3 }),
    said({ type: "frame", dir: "rx", span: [0, 9], sentence: "$GPGLL,1*2A", talker: "GP" }),
    raw(7, 0, "tx", Uint8Array.of(1, 2, 255)),
    raw(7, 5, "rx", "ready\r\n"),
    { type: "gap", at: nanos(8), cause: "overrun", bytes: 48 } as const,
    { type: "link", at: nanos(9), channel: 0, event: "reset", reason: "ECONNRESET" } as const,
    { type: "mark", at: nanos(9), label: "operator" } as const,
  ].map((record) => lines.line(record));
  expect(`\n${shown.join("\n")}\n`).toMatchInlineSnapshot(`
    "
        12.345678901  boiler  rx  frame  modbus-rtu  unit=1 values=[1,2] text="a b"
        12.345678901  boiler  rx  fault  modbus-rtu  bad-crc raw=0102
        12.345678901  boiler      state  modbus-rtu  waiting missing=3
        12.345678901  boiler  rx  frame  modbus-rtu  $GPGLL,1*2A
         0.000000007  boiler  tx  bytes  0102ff
         0.000000007  5       rx  bytes  "ready\\r\\n"
         0.000000008              gap    overrun, 48 bytes
         0.000000009  boiler      link   reset ECONNRESET
         0.000000009              mark   operator
    "
  `);
});

test("no two channels look alike, however long their names are and how alike they begin", () => {
  const lines = new ReplayLines({ color: false, zone: UTC });
  const names = [
    "10.0.0.1:40000-10.0.0.2:502",
    "10.0.0.1:40001-10.0.0.2:502",
    "meter",
    "meter",
    "sixteen letters!",
    "",
  ];
  for (const [number, name] of names.entries()) lines.learn(channel(number, "stream", name));
  lines.learn(channel(2, "stream", "meter"));
  const labels = names.map((_, number) =>
    lines
      .line(raw(0, number, "rx", ""))
      .slice(18, 34)
      .trimEnd(),
  );
  expect(labels).toEqual(["10.0.0.1:4000…#0", "10.0.0.1:4000…#1", "meter", "meter#3", "sixteen letters!", "5"]);
});

test("nothing that a stranger wrote moves the cursor or breaks the line", () => {
  const lines = new ReplayLines({ color: false, zone: UTC });
  lines.learn(channel(0, "stream", "a\u001b[2Jb\nc"));
  const shown = [
    lines.line(said({ type: "frame", dir: "rx", text: "\u009b31m \u202e \u001b[31m", "odd\nkey": 1 })),
    lines.line({ type: "mark", at: nanos(0), label: "\u001b]0;title\u0007" }),
    lines.line(raw(0, 0, "rx", "\u001b[31m")),
  ];
  for (const line of shown) expect(line).toMatch(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u);
});

test("much is cut to one line, and colour is for terminals", () => {
  const plain = new ReplayLines({ color: false, zone: UTC });
  expect(plain.line(said({ type: "frame", values: Array.from({ length: 5000 }, () => 7) })).length).toBeLessThan(450);
  expect(plain.line(raw(0, 0, "rx", new Uint8Array(100_000)))).toContain("(100000 bytes)");
  const colored = new ReplayLines({ color: true, zone: UTC });
  expect(colored.line(said({ type: "fault", fault: "bad-crc" }))).toMatch(/^\u001b\[31m.*\u001b\[0m$/);
  expect(colored.line(said({ type: "frame" }))).not.toContain("\u001b");
});
