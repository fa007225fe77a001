// A framer with a planted bug, for the tests of shrinking: AA 55, length, payload, sum of the payload modulo 256. Where a read ends
// behind the second byte of a frame it forgets those two, and takes what comes next for rubbish.

export const PLUGIN_ABI = 1;

const hex = (bytes) => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");

function take(state, outputs) {
  const { waiting } = state;
  while (waiting.length > 0) {
    const starts = waiting[0] === 0xaa && (waiting.length === 1 || waiting[1] === 0x55);
    if (starts && waiting.length < 3) return;
    const size = starts ? 4 + waiting[2] : 1;
    if (waiting.length < size) return;
    const bytes = waiting.splice(0, size);
    const span = [state.offset, size];
    state.offset += size;
    const payload = bytes.slice(3, -1);
    const sum = payload.reduce((total, byte) => (total + byte) & 0xff, 0);
    if (starts && sum === bytes.at(-1)) outputs.push({ type: "frame", dir: state.dir, span, payload: hex(payload) });
    else outputs.push({ type: "fault", fault: starts ? "bad-sum" : "rubbish", dir: state.dir, span, raw: hex(bytes) });
  }
}

const meter = {
  name: "split-meter",
  initial: ({ dir }) => ({ dir, waiting: [], offset: 0 }),
  deadline: () => undefined,
  step(state, input) {
    const outputs = [];
    if (input.type === "bytes") {
      state.waiting.push(...input.bytes);
      take(state, outputs);
      // The planted bug.
      if (state.waiting.length === 2) {
        outputs.push({
          type: "fault",
          fault: "rubbish",
          dir: state.dir,
          span: [state.offset, 2],
          raw: hex(state.waiting),
        });
        state.offset += 2;
        state.waiting = [];
      }
    }
    return { state, outputs };
  },
};

export const create = () => ({ framer: meter });
