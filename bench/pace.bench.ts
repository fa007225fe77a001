import { type Bench, medianSeconds } from "./row.ts";

/** 174 bytes: a frame as a subject says it. */
const RECORD = `{"type":"output","at":1234567890123,"machine":"modbus-tcp","channel":0,"value":{"type":"frame","transaction":4711,"unit":17,"function":3,"registers":[230,231,229,50,4999,1]}}`;

/** How fast this machine is at what no program of this kind can do without: figures of two machines are compared by it. */
export const pace: Bench = async ({ quick }) => {
  const count = quick ? 20_000 : 500_000;
  let units = 0;
  const seconds = await medianSeconds(quick ? 1 : 5, () => {
    for (let n = 0; n < count; n += 1) units += JSON.parse(RECORD).value.unit;
  });
  if (!(units > 0)) throw new Error("nothing was parsed");
  return [
    {
      work: `this machine's pace: JSON.parse of a record of ${RECORD.length} B`,
      ours: count / seconds,
      unit: "records/s",
      peer: undefined,
    },
  ];
};
