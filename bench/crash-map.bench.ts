import { explore } from "../src/ota/crash/explore.ts";
import { trialNamed } from "../src/ota/crash/trials.ts";
import { type Bench, medianSeconds } from "./row.ts";

/** Every crash of an update and of the restarts after it, on the model of a disk: no peer tries more than one for each write. */
export const crashMap: Bench = async ({ quick }) => {
  const trial = trialNamed(quick ? "rollback" : "update");
  const points = explore(trial).cuts;
  const seconds = await medianSeconds(quick ? 1 : 3, () => void explore(trial));
  return [
    {
      work: `crash map of ${quick ? "a rollback" : "an update"}, ${points} cuts`,
      ours: points / seconds,
      unit: "crash points/s",
      peer: undefined,
      target: { compare: "at least", figure: 2_000 },
    },
  ];
};
