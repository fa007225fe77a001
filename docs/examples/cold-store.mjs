// A subject of one's own: watches a cold store through its Modbus thermometer.
//
// It stands on fieldtape's Modbus/TCP framer and hears frames of both directions; it says the store's state whenever a
// reading comes. No clock, no socket, no global: the same frames give the same states, live or replayed.

export const PLUGIN_ABI = 1;

/** Registers are unsigned; the thermometer means two's complement. */
const signed = (word) => (word > 0x7fff ? word - 0x10000 : word);

const stateAt = (celsius) => (celsius < 0 ? "freezing" : celsius <= 2 ? "cold" : "warm");

const coldStore = {
  name: "cold-store",
  initial: () => ({ state: "unknown", readings: 0 }),
  deadline: () => undefined,
  step(store, input) {
    if (input.type !== "frame") return { state: store, outputs: [] };
    const { dir, function: code, values } = input.frame;
    if (dir !== "rx" || code !== 4 || values === undefined) return { state: store, outputs: [] };
    const celsius = signed(values[0]) / 10;
    const value = { type: "state", from: store.state, state: stateAt(celsius), celsius, humidity: values[1] / 10 };
    return { state: { state: value.state, readings: store.readings + 1 }, outputs: [{ type: "say", value }] };
  },
};

export const create = () => ({ framer: { subject: "modbus-tcp" }, session: coldStore });
