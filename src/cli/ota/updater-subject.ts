import { FieldtapeError } from "../../errors.ts";
import { ReplaySession } from "../../ota/session/replay-session.ts";
import { UPDATER } from "../../ota/session/updater-name.ts";
import type { Advanced, OpenOptions, Subject, SubjectRun } from "../../replayer/subject.ts";
import type { TapeRecord } from "../../tape/record.ts";
import type { Nanos } from "../../time/nanos.ts";

/**
 * The updater as a subject: a recorded session is played into the updater of today, in virtual time, with the recorded answers. What the
 * tape begins with says which device it was.
 */
export const updaterSubject: Subject = {
  name: UPDATER,
  role: "observer",
  async open({ faults, time }) {
    if (faults.length > 0) {
      throw new FieldtapeError("OPTIONS_INVALID", "after a fault of its ports nothing was recorded", {
        hint: "play the tape into updater-world, which simulates server and disk",
      });
    }
    return new UpdaterRun(time ?? "recorded");
  },
};

class UpdaterRun implements SubjectRun {
  private readonly session = new ReplaySession();
  private readonly computed: boolean;

  constructor(time: NonNullable<OpenOptions["time"]>) {
    this.computed = time === "computed";
  }

  async advance(records: readonly TapeRecord[], until: Nanos): Promise<Advanced> {
    for (const record of records) {
      if (record.type === "header") continue;
      if (this.computed) this.session.elapse(record.at - 1);
      if (record.type === "input" && record.machine === UPDATER) this.session.hear(record.value, record.at);
      else if (record.type === "end") this.session.end(record.at);
    }
    if (this.computed) this.session.elapse(until);
    return { outputs: this.session.take(), deadline: this.computed ? this.session.deadline : undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
