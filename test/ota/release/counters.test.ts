import { describe, expect, test } from "vitest";
import type { SignedFile } from "../../../src/ota/release/signature-file.ts";
import {
  acceptManifest,
  acceptPinnedManifest,
  acceptTimestamp,
  raiseFloor,
  type TrustMemory,
} from "../../../src/ota/release/trust.ts";
import { date, KEYS, keyNamed, manifestOf, NOW, rootOf, signed, timestampOf } from "./publisher.ts";
import { accepted, refused, session, told, walk } from "./session.ts";

const [releaseA, releaseB, releaseC] = [KEYS.release[0]!, KEYS.release[1]!, KEYS.release[2]!];
const time = KEYS.timestamp[0]!;
const release = (number: number, app = "2.4.1"): SignedFile =>
  signed(manifestOf({ release: number, app }), releaseA, releaseB);

/** What a device remembers that has committed this release. */
function committed(number: number): TrustMemory {
  const trust = told(session(), release(number), 5);
  return raiseFloor(trust, accepted(acceptPinnedManifest(trust, release(number))));
}

describe("rollback", () => {
  const memory = committed(17);

  test("every older release is refused by hand and over the air; the committed one may be installed again", () => {
    for (let older = 1; older < 17; older++) {
      expect(refused(acceptManifest(session({ memory }), release(older)))).toEqual({
        reason: "release-rollback",
        release: older,
        floor: 17,
      });
    }
    expect(accepted(acceptManifest(session({ memory }), release(17))).release).toBe(17);
  });

  test("a timestamp that names an older release is refused although its own counter goes on", () => {
    const file = signed(timestampOf(release(16), { version: 6 }), time);
    expect(refused(acceptTimestamp(session({ memory }), file))).toMatchObject({
      reason: "release-rollback",
      floor: 17,
    });
  });

  test("an older timestamp is refused", () => {
    const file = signed(timestampOf(release(17), { version: 4 }), time);
    expect(refused(acceptTimestamp(session({ memory }), file))).toEqual({
      reason: "timestamp-rollback",
      version: 4,
      trusted: 5,
    });
  });

  test("the same timestamp again is no news and no harm; another one of its number is refused", () => {
    expect(told(session({ memory }), release(17), 5).memory).toEqual(memory);
    const fork = signed(timestampOf(release(18), { version: 5 }), time);
    expect(refused(acceptTimestamp(session({ memory }), fork))).toEqual({ reason: "timestamp-forked", version: 5 });
  });

  test("an older application in a newer release is taken: going back is signed and goes forward", () => {
    const back = signed(manifestOf({ release: 18, app: "2.3.0", downgrade: true }), releaseA, releaseB);
    expect(accepted(acceptPinnedManifest(told(session({ memory }), back, 6), back)).app).toBe("2.3.0");
  });

  test("the floor is raised by a commit and by nothing else, and never lowered", () => {
    const heard = told(session({ memory }), release(20), 6);
    accepted(acceptPinnedManifest(heard, release(20)));
    expect(heard.memory.floor).toEqual(memory.floor);
    expect(raiseFloor(heard, manifestOf({ release: 20 })).floor?.release).toBe(20);
    expect(raiseFloor(heard, manifestOf({ release: 3 })).floor?.release).toBe(17);
  });
});

describe("freeze", () => {
  const expires = "2026-11-27T00:00:00Z";
  const offer = (now: bigint, memory: TrustMemory = {}) =>
    acceptTimestamp(session({ now, memory }), signed(timestampOf(release(17)), time));

  test("a timestamp served for thirty days is good to its last millisecond and refused from its expiry on", () => {
    const millisecond = 1_000_000n;
    expect(accepted(offer(date(expires) - millisecond)).timestamp?.version).toBe(1);
    expect(refused(offer(date(expires)))).toMatchObject({ reason: "timestamp-expired", expires });
    expect(refused(offer(date(expires) + millisecond)).reason).toBe("timestamp-expired");
    const day = 86_400_000n * millisecond;
    for (let days = 7n; days <= 30n; days++) expect(refused(offer(NOW + days * day)).reason).toBe("timestamp-expired");
  });

  test("a session that began before the expiry goes on after it", () => {
    const trust = accepted(offer(date(expires) - 1n));
    expect(accepted(acceptPinnedManifest(trust, release(17))).release).toBe(17);
  });

  test("a clock that was set back does not make an old timestamp good again", () => {
    const late = signed(
      timestampOf(release(17), { version: 2, issued: "2026-12-24T00:00:00Z", expires: "2027-01-01T00:00:00Z" }),
      time,
    );
    const { memory } = accepted(acceptTimestamp(session({ now: date("2026-12-24T06:00:00Z") }), late));
    const again = signed(timestampOf(release(17), { version: 3 }), time);
    const trust = session({ now: NOW, memory });
    expect(trust.reference).toBe(date("2026-12-24T00:00:00Z"));
    expect(refused(acceptTimestamp(trust, again)).reason).toBe("timestamp-expired");
  });

  test("a clock that ran ahead once does no harm later: only what was signed is remembered", () => {
    const { memory } = accepted(offer(NOW));
    const ahead = session({ now: date("2030-01-01T00:00:00Z"), memory });
    expect(refused(acceptTimestamp(ahead, signed(timestampOf(release(17), { version: 2 }), time))).reason).toBe(
      "timestamp-expired",
    );
    expect(session({ now: NOW, memory: ahead.memory }).reference).toBe(NOW);
  });

  test("a root that has expired vouches for nothing new", () => {
    const root = rootOf({ expires: "2026-11-21T12:00:00Z" });
    const file = signed(timestampOf(release(17)), time);
    expect(refused(acceptTimestamp(session({ root }), file)).reason).toBe("root-expired");
    expect(accepted(acceptTimestamp(session({ root, now: NOW - 1n }), file)).timestamp?.version).toBe(1);
  });
});

describe("fast-forward: a thief with the keys drives the counters to their end, then the keys are replaced", () => {
  const LAST = 2 ** 53 - 1;
  const stolen = release(LAST);
  const driven = accepted(
    acceptTimestamp(session(), signed(timestampOf(stolen, { version: LAST, issued: "2026-11-21T00:00:00Z" }), time)),
  );
  const memory = raiseFloor(driven, accepted(acceptPinnedManifest(driven, stolen)));
  const fresh = [keyNamed("release d"), keyNamed("release e")] as const;
  const newTime = keyNamed("timestamp b");
  const next = (keys: Parameters<typeof rootOf>[0]) => signed(rootOf({ version: 2, ...keys }), ...KEYS.root);
  const honest = signed(manifestOf({ release: 18 }), ...fresh);

  test("without new keys the honest release is refused", () => {
    expect(refused(acceptManifest(session({ memory }), release(18))).reason).toBe("release-rollback");
  });

  test("after new release and timestamp keys it is taken", () => {
    const trust = walk(session({ memory }), next({ keys: { release: [...fresh, releaseC], timestamp: [newTime] } }));
    const heard = accepted(acceptTimestamp(trust, signed(timestampOf(honest, { version: 6 }), newTime)));
    expect(accepted(acceptPinnedManifest(heard, honest)).release).toBe(18);
  });

  test("a new timestamp key alone frees the timestamp's counter and not the release's", () => {
    const trust = walk(session({ memory }), next({ keys: { timestamp: [newTime] } }));
    const heard = accepted(acceptTimestamp(trust, signed(timestampOf(release(18), { version: 6 }), newTime)));
    expect(refused(acceptPinnedManifest(heard, release(18))).reason).toBe("release-rollback");
  });

  test("while enough of the old keys could still sign, no counter is forgotten: an old release stays old", () => {
    const kept = committed(17);
    const trust = walk(session({ memory: kept }), next({ keys: { release: [releaseA, releaseB, fresh[0]] } }));
    expect(refused(acceptManifest(trust, release(16))).reason).toBe("release-rollback");
  });

  test("what is forgotten cannot be used: the old releases' signatures no longer reach the threshold", () => {
    const trust = walk(session({ memory: committed(17) }), next({ keys: { release: [releaseA, ...fresh] } }));
    expect(trust.memory.floor).toBeUndefined();
    expect(refused(acceptManifest(trust, release(16)))).toMatchObject({ reason: "threshold-not-met", valid: 1 });
  });

  test("a device that lost its newer root and starts from the baked-in one again does not forget its floor", () => {
    const second = next({ keys: { release: [...fresh, releaseC] } });
    const trust = walk(session({ memory: committed(17) }), second);
    const later = raiseFloor(trust, manifestOf({ release: 30 }));
    expect(session({ memory: later }).memory.floor?.release).toBe(30);
    expect(walk(session({ memory: later }), second).memory.floor?.release).toBe(30);
  });
});

describe("mix and match", () => {
  const files = ["A", "B", "C"].map((name, index) => release(10 + index, `1.${index}.0-${name}`));

  test("only the manifest that the timestamp names is taken, of all combinations of three releases", () => {
    for (const [named, one] of files.entries()) {
      for (const [offered, other] of files.entries()) {
        const verdict = acceptPinnedManifest(told(session(), one), other);
        if (named === offered) accepted(verdict);
        else expect(refused(verdict).reason).toBe("manifest-not-pinned");
      }
    }
  });

  test("signatures of one release do not go with the manifest of another", () => {
    const spliced = { bytes: files[0]!.bytes, signature: files[1]!.signature };
    expect(refused(acceptManifest(session(), spliced)).reason).toBe("threshold-not-met");
  });

  test("a timestamp that lies about the release it names is found out", () => {
    const honest = timestampOf(files[0]!);
    const lie = (wish: object) => ({ ...honest, manifest: { ...honest.manifest, ...wish } });
    for (const [wish, differs] of [
      [{ release: 11 }, "release"],
      [{ app: "9.0.0" }, "app"],
      [{ length: honest.manifest.length + 1 }, "length"],
    ] as const) {
      const trust = accepted(acceptTimestamp(session(), signed(lie(wish), time)));
      expect(refused(acceptPinnedManifest(trust, files[0]!))).toEqual({ reason: "manifest-not-pinned", differs });
    }
  });

  test("a manifest over the air needs a timestamp of this session, not a remembered one", () => {
    const { memory } = told(session(), files[0]!);
    expect(refused(acceptPinnedManifest(session({ memory }), files[0]!)).reason).toBe("timestamp-missing");
  });
});

test("a file signed for one role is not taken for another, although the signature is good", () => {
  const asTimestamp = signed(manifestOf(), time);
  expect(refused(acceptTimestamp(session(), asTimestamp))).toMatchObject({ reason: "wrong-type", file: "timestamp" });
  const asManifest = signed(timestampOf(release(1)), releaseA, releaseB);
  expect(refused(acceptManifest(session(), asManifest))).toMatchObject({ reason: "wrong-type", file: "manifest" });
});
