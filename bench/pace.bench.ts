import { type Bench, medianSeconds } from "./row.ts";

/** 174 bytes. */
const RECORD = `{"type":"raw","at":12345678901234,"channel":0,"dir":"rx","b64":"${"GpGn".repeat(27)}"}`;

/** How fast this machine is at what no program of this kind can do without: figures of two machines are compared by it. */
export const pace: Bench = async ({ quick }) => {
  const count = quick ? 20_000 : 500_000;
  let times = 0;
  const seconds = await medianSeconds(quick ? 1 : 5, () => {
    for (let n = 0; n < count; n += 1) times += JSON.parse(RECORD).at;
  });
  if (!(times > 0)) throw new Error("nothing was parsed");
  return [
    {
      work: `this machine's pace: JSON.parse of a record of ${RECORD.length} B`,
      ours: count / seconds,
      unit: "records/s",
      peer: undefined,
    },
  ];
};
