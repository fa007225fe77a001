import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { Chain } from "../../src/machine/chain.ts";
import {
  type ChainInput,
  type ChainOutput,
  type ChainPlan,
  type ChainSink,
  framerPart,
  sessionPart,
} from "../../src/machine/chain-plan.ts";
import type { Session } from "../../src/machine/machine.ts";
import { Peer, type PeerMachine } from "../../src/machine/peer.ts";
import { ChainOutputs } from "../../src/machine/replay.ts";
import { type SimulatedNode, type SimulatedObservation, simulate, type World } from "../../src/machine/simulate.ts";
import type { WirePlan } from "../../src/machine/simulated-wire.ts";
import { type Nanos, nanos, plus } from "../../src/time/nanos.ts";
import { echo, heartbeat, words } from "./toys.ts";

const beating: ChainPlan = {
  role: "participant",
  framer: framerPart(words, {}),
  session: sessionPart(heartbeat, { every: 20, word: "ping;" }),
};
const answering: ChainPlan = {
  role: "participant",
  framer: framerPart(words, { silence: 30 }),
  session: sessionPart(echo, { answer: "pong;", after: 5 }),
};
const chain = (plan: ChainPlan) => (sink: ChainSink) => new Chain(plan, sink, { time: "recorded" });

const wire: WirePlan = {
  ends: [
    { node: "beating", channel: 0 },
    { node: "answering", channel: 3 },
  ],
  kind: "stream",
  opens: "started",
  latency: 4,
};

function observed(wires: readonly WirePlan[], until: number, seed = 1): SimulatedObservation[] {
  const nodes: World["nodes"] = new Map([
    ["beating", chain(beating)],
    ["answering", chain(answering)],
  ]);
  const observations: SimulatedObservation[] = [];
  simulate({ nodes, wires, seed }, nanos(until), (observation) => observations.push(observation));
  return observations;
}

/** In short: `at node what`, without frames and declarations. */
function story(observations: readonly SimulatedObservation[]): string[] {
  return observations.flatMap(({ node, record }) => {
    const at = `${record.at} ${node}`;
    if (record.type === "raw") return [`${at} ${record.dir} ${Buffer.from(record.bytes)}`];
    if (record.type === "link") return [`${at} link ${record.event}`];
    if (record.type === "output" && record.value["type"] === "ask") return [`${at} ask ${record.value["link"]}`];
    return [];
  });
}

plain("two machines talk over a wire with latency, in virtual time", () => {
  expect(story(observed([wire], 30))).toEqual([
    "0 beating link open",
    "0 answering link open",
    "0 beating tx ping;",
    "4 answering rx ping;",
    "9 answering tx pong;",
    "13 beating rx pong;",
    "20 beating tx ping;",
    "24 answering rx ping;",
    "29 answering tx pong;",
  ]);
});

plain(
  "a wire that is asked for opens there and back later; an outage loses what is under way and refuses who asks",
  () => {
    const asked: WirePlan = { ...wire, opens: "asked", outages: [[nanos(30), nanos(60)]] };
    expect(story(observed([asked], 90))).toEqual([
      "0 beating ask open",
      "4 answering link open",
      "8 beating link open",
      "8 beating tx ping;",
      "12 answering rx ping;",
      "17 answering tx pong;",
      "21 beating rx pong;",
      "28 beating tx ping;",
      "30 beating link lost",
      "30 answering link lost",
      "30 beating ask open",
      "38 beating link lost",
      "38 beating ask open",
      "46 beating link lost",
      "46 beating ask open",
      "54 beating link lost",
      "54 beating ask open",
      "62 beating link lost",
      "62 beating ask open",
      "66 answering link open",
      "70 beating link open",
      "70 beating tx ping;",
      "74 answering rx ping;",
      "79 answering tx pong;",
      "83 beating rx pong;",
    ]);
  },
);

plain("a wire that is up by itself comes back after its outage", () => {
  const shaky: WirePlan = { ...wire, outages: [[nanos(2), nanos(11)]] };
  expect(story(observed([shaky], 16))).toEqual([
    "0 beating link open",
    "0 answering link open",
    "0 beating tx ping;",
    "2 beating link lost",
    "2 answering link lost",
    "2 beating ask open",
    "10 beating link lost",
    "10 beating ask open",
    "11 beating link open",
    "11 answering link open",
    "11 beating tx ping;",
    "15 answering rx ping;",
  ]);
});

const closing: PeerMachine<{ readonly greeting: string }, { due: Nanos | undefined; heard: number }> = {
  name: "closing",
  initial: () => ({ due: undefined, heard: 0 }),
  step(state, input, at) {
    if (input.type === "open") state.due = plus(at, 10);
    if (input.type === "close") state.due = undefined;
    if (input.type === "bytes") state.heard += input.bytes.length;
    if (input.type !== "elapsed") return { state, outputs: [] };
    state.due = plus(at, 10);
    return { state, outputs: [new TextEncoder().encode(`${state.heard} heard`)] };
  },
  deadline: (state) => state.due,
};

plain("a device that knows nothing but its wire takes part as it is", () => {
  const observations: SimulatedObservation[] = [];
  const nodes = new Map<string, (sink: ChainSink) => SimulatedNode>([
    ["device", (sink: ChainSink) => new Peer(closing, { greeting: "hi" }, sink)],
    ["beating", chain(beating)],
  ]);
  const ends = [
    { node: "beating", channel: 0 },
    { node: "device", channel: 0 },
  ] as const;
  simulate(
    { nodes, wires: [{ ...wire, ends, outages: [[nanos(25), nanos(90)]] }], seed: 1 },
    nanos(60),
    (observation) => observations.push(observation),
  );
  expect(story(observations).filter((line) => / device (tx|link)| beating rx/.test(line))).toEqual([
    "0 device link open",
    "10 device tx 5 heard",
    "14 beating rx 5 heard",
    "20 device tx 5 heard",
    "24 beating rx 5 heard",
    "25 device link lost",
  ]);
});

const hangUp: Session<null, { due: Nanos | undefined }> = {
  name: "hang-up",
  initial: () => ({ due: nanos(10) }),
  step(state, input) {
    if (input.type !== "elapsed") return { state, outputs: [] };
    const bytes = new TextEncoder().encode("bye;");
    const outputs = [{ type: "send", bytes } as const, { type: "ask", link: "close" } as const];
    return { state: { due: undefined }, outputs };
  },
  deadline: (state) => state.due,
};

plain("who closes hears it at once, the other end after all that was sent before", () => {
  const hangingUp: ChainPlan = { role: "participant", session: sessionPart(hangUp, null) };
  const observations: SimulatedObservation[] = [];
  const nodes: World["nodes"] = new Map([
    ["beating", chain(hangingUp)],
    ["answering", chain(answering)],
  ]);
  simulate({ nodes, wires: [{ ...wire, jitter: 50 }], seed: 3 }, nanos(200), (one) => observations.push(one));
  expect(story(observations)).toContain("11 beating link close");
  const heard = story(observations).filter((line) => /answering (rx|link)/.test(line));
  expect(heard.slice(1)).toEqual([expect.stringMatching(/rx bye;$/), expect.stringMatching(/link close$/)]);
});

const anyWire = fc.record({
  kind: fc.constantFrom("stream", "datagram"),
  opens: fc.constantFrom("started", "asked"),
  latency: fc.integer({ min: 1, max: 30 }),
  jitter: fc.nat({ max: 40 }),
  piecesMax: fc.integer({ min: 1, max: 6 }),
  outages: fc
    .tuple(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 80 }))
    .map(([from, span]): [Nanos, Nanos][] => [[nanos(from), nanos(from + span)]]),
});

test.prop([anyWire, fc.nat({ max: 400 }), fc.nat()])(
  "the tape of each machine, replayed, gives what the machine said in the simulation",
  (plan, until, seed) => {
    const observations = observed([{ ...wire, ...plan } as WirePlan], until, seed);
    expect(observed([{ ...wire, ...plan } as WirePlan], until, seed)).toEqual(observations);
    for (const [name, machines] of [["beating", beating] as const, ["answering", answering] as const]) {
      const tape = observations.filter(({ node }) => node === name).map(({ record }) => record);
      const isOutput = (record: ChainInput | ChainOutput): boolean =>
        record.type === "output" || (record.type === "raw" && record.dir === "tx");
      const outputs = new ChainOutputs();
      const replayed = new Chain(machines, outputs, { time: "recorded" });
      for (const record of tape) if (!isOutput(record)) replayed.take(record);
      replayed.elapse(nanos(until));
      expect(outputs.take()).toEqual(tape.filter(isOutput));
      for (const [index, record] of tape.entries()) expect(record.at).toBeGreaterThanOrEqual(tape[index - 1]?.at ?? 0);
    }
  },
);

test.prop([anyWire, fc.nat()])(
  "nothing that is sent over a healthy stream is lost, added or reordered",
  (plan, seed) => {
    const healthy = { ...wire, ...plan, kind: "stream", opens: "started", outages: [] } as WirePlan;
    const observations = observed([healthy], 500, seed);
    const flow = (node: string, dir: string): string =>
      story(observations)
        .flatMap((line) => (line.includes(` ${node} ${dir} `) ? [line.split(` ${dir} `)[1] ?? ""] : []))
        .join("");
    expect(flow("beating", "tx").startsWith(flow("answering", "rx"))).toBe(true);
    expect(flow("answering", "tx").startsWith(flow("beating", "rx"))).toBe(true);
    expect(flow("beating", "rx").length).toBeGreaterThan(50);
  },
);

plain("another seed is another run", () => {
  const jittery: WirePlan = { ...wire, jitter: 1_000, piecesMax: 3 };
  expect(story(observed([jittery], 500, 1))).not.toEqual(story(observed([jittery], 500, 2)));
});

plain("a wire to nowhere, or two on one channel, is refused", () => {
  const nowhere: WirePlan = { ...wire, ends: [wire.ends[0], { node: "nobody", channel: 0 }] };
  expect(() => observed([nowhere], 1)).toThrow(/ends at nobody/);
  expect(() => observed([wire, wire], 1)).toThrow(/beating has two wires on channel 0/);
  expect(() => observed([{ ...wire, latency: 0 }], 1)).toThrow(/without latency/);
});
