import type { FieldRule, RedactionProfile } from "./profile.ts";

/** The name of the profile that is built in. */
export const STANDARD = "standard";

/** A position, degrees and minutes in one field and its hemisphere in the next, at these fields of a sentence. */
function position(formatter: string, latitude: number, longitude: number): readonly FieldRule[] {
  const when = `formatter = ${formatter}`;
  return [
    { when, path: `fields[${latitude}]`, action: "pseudonym", as: "latitude" },
    { when, path: `fields[${longitude}]`, action: "pseudonym", as: "longitude" },
  ];
}

const PUBX_POSITION = "manufacturer = UBX and fields[0] = 00";

/** Bytes of a Modbus PDU (Modbus Application Protocol 1.1b3, 4.1). */
const PDU_MAX = 253;

const MODBUS: readonly FieldRule[] = [
  // Registers and coils. Units, functions, addresses and quantities stay: without them nothing could be reproduced.
  { path: "values", action: "pseudonym" },
  { path: "objects[*].text", action: "pseudonym" },
  { path: "objects[*].data", action: "pseudonym" },
  // What is told as bytes, since it does not parse or is not decoded further: counts say where it ends, and stay, with the addresses before them. So does the
  // first byte of what does not parse (an exception, a kind of request): it says in what way.
  { when: "function in [15, 16]", path: "data", bytes: [5, PDU_MAX], action: "pseudonym" },
  { when: "function = 23 and role = request", path: "data", bytes: [9, PDU_MAX], action: "pseudonym" },
  { when: "function = 24", path: "data", bytes: [2, PDU_MAX], action: "pseudonym" },
  { when: "function in [12, 17, 20, 21] or malformed exists", path: "data", bytes: [1, PDU_MAX], action: "pseudonym" },
  // A function of the maker's own: nobody knows what is in it.
  { path: "data", action: "pseudonym" },
];

/** What people must not learn of a site from its traffic, as far as it is known without knowing the site. */
export const STANDARD_PROFILE: RedactionProfile = {
  metadata: {
    addresses: "alias",
    channels: "alias",
    marks: "alias",
    headerMembers: [],
    events: "alias",
    eventMembers: ["type", "state", "event", "level", "fault", "code", "reason"],
    blobs: "drop",
  },
  fields: {
    nmea: [
      ...position("GGA", 1, 3),
      ...position("GLL", 0, 2),
      ...position("GNS", 1, 3),
      ...position("RMC", 2, 4),
      ...position("BWC", 1, 3),
      ...position("BWR", 1, 3),
      ...position("WPL", 0, 2),
      ...position("RMA", 1, 3),
      { when: PUBX_POSITION, path: "fields[2]", action: "pseudonym", as: "latitude" },
      { when: PUBX_POSITION, path: "fields[4]", action: "pseudonym", as: "longitude" },
      // AIS: who a ship is and where, in six-bit characters.
      { when: "formatter in [VDM, VDO]", path: "fields[4]", action: "pseudonym" },
    ],
    "modbus-tcp": MODBUS,
    "modbus-rtu": MODBUS,
    "length-prefixed": [{ path: "payload", action: "pseudonym" }],
    slip: [{ path: "payload", action: "pseudonym" }],
    cobs: [{ path: "payload", action: "pseudonym" }],
  },
  // A sentence is said as a whole too; declared fields may stand in the payload; other data may be malformed in another way, or well-formed.
  follows: {
    nmea: ["sentence"],
    "length-prefixed": ["fields"],
    "modbus-tcp": ["malformed"],
    "modbus-rtu": ["malformed"],
  },
  faults: "scramble",
  patterns: { builtIn: "all", own: {} },
};
