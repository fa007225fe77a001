import { isUtf8 } from "node:buffer";
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { isText } from "../../src/bytes/utf8.ts";

/** As the words of the format say it, with Node as the judge of UTF-8. */
const isTextByTheBook = (bytes: Uint8Array): boolean =>
  isUtf8(bytes) && !/(?![\r\n\t])\p{Cc}/u.test(Buffer.from(bytes).toString());

property.prop([fc.uint8Array({ maxLength: 8 })], { numRuns: 3000 })(
  "any bytes are text or not by the book",
  (bytes) => {
    expect(isText(bytes, 0, bytes.length)).toBe(isTextByTheBook(bytes));
  },
);

property.prop([fc.string({ unit: "binary" }), fc.nat(), fc.nat({ max: 255 })])(
  "text with one byte altered is text or not by the book",
  (text, place, byte) => {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > 0) bytes[place % bytes.length] = byte;
    expect(isText(bytes, 0, bytes.length)).toBe(isTextByTheBook(bytes));
  },
);

test("every lead byte with every second byte is text or not by the book", () => {
  for (let lead = 0; lead < 256; lead++) {
    for (let second = 0; second < 256; second++) {
      for (const rest of [[], [0x80], [0x80, 0x80], [0xbf, 0xbf], [0x80, 0x7f]]) {
        const bytes = Uint8Array.from([lead, second, ...rest]);
        if (isText(bytes, 0, bytes.length) !== isTextByTheBook(bytes)) expect.fail(`wrong about ${bytes}`);
      }
    }
  }
});

test("only the part that is asked about counts", () => {
  const bytes = Uint8Array.from([0x00, 0x41, 0xc3, 0xa9, 0x00]);
  expect(isText(bytes, 1, 4)).toBe(true);
  expect(isText(bytes, 1, 3)).toBe(false);
  expect(isText(bytes, 0, 4)).toBe(false);
});
