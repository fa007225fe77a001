import type { Json } from "../bytes/json.ts";
import { assert, FieldtapeError } from "../errors.ts";
import { Chain } from "../machine/chain.ts";
import type { ChainPlan } from "../machine/chain-plan.ts";
import { ChainOutputs, replayInto } from "../machine/replay.ts";
import { rewriteFrame } from "../machine/rewrite.ts";
import type { TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import { turn } from "../time/system-clock.ts";
import type { Advanced, OpenOptions, Subject, SubjectRun } from "./subject.ts";

/** A subject that is made of machines. */
export interface MachineSubjectDefinition {
  readonly name: string;
  readonly role: Subject["role"];
  /**
   * The machines for these settings, which come from a person or a file.
   *
   * @throws FieldtapeError OPTIONS_INVALID, naming the setting.
   */
  parse(config: Json): ChainPlan;
}

/** Machines as a subject: in this process, in virtual time, with snapshots. */
export function machineSubject({ name, role, parse }: MachineSubjectDefinition): Subject {
  return {
    name,
    role,
    async open(options) {
      const plan = parse(options.config);
      assert(plan.role === role, `${name} is said to be a ${role}, and made as a ${plan.role}`);
      refusePortFaults(name, options.faults);
      return new MachineRun(name, plan, options);
    },
  };
}

class MachineRun implements SubjectRun {
  readonly #name: string;
  readonly #outputs = new ChainOutputs();
  readonly #chain: Chain;
  readonly rewrite?: NonNullable<SubjectRun["rewrite"]>;
  readonly snapshot?: NonNullable<SubjectRun["snapshot"]>;

  constructor(name: string, plan: ChainPlan, { channels, recorded, snapshot, time }: OpenOptions) {
    this.#name = name;
    this.#chain = new Chain(plan, this.#outputs, {
      channels: new Map(channels.map((declared) => [declared.channel, declared])),
      recorded: recorded ?? [],
      time: time ?? "recorded",
    });
    if (snapshot !== undefined) this.#chain.restore(snapshot);
    const { framer, session } = plan;
    if (framer?.machine.cold !== true && session?.machine.cold !== true)
      this.snapshot = async () => this.#chain.snapshot();
    if (framer?.machine.reencode !== undefined)
      this.rewrite = async (frame, edits) => rewriteFrame(framer, frame, edits);
  }

  async advance(records: readonly TapeRecord[], until: Nanos, signal: AbortSignal): Promise<Advanced> {
    signal.throwIfAborted();
    const going = replayInto(this.#chain, records, until);
    while (!this.#isDone(going)) {
      await turn();
      signal.throwIfAborted();
    }
    return { outputs: this.#outputs.take(), deadline: this.#chain.deadline };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Whether it has come to its end. What a machine throws is an outcome of this subject, not of fieldtape. */
  #isDone(going: Generator<undefined, void, void>): boolean {
    try {
      return going.next().done === true;
    } catch (thrown) {
      if (thrown instanceof FieldtapeError) throw thrown;
      const what = thrown instanceof Error ? thrown.message : String(thrown);
      throw new FieldtapeError("SUBJECT_CRASHED", `${this.#name} failed at ${this.#chain.now} ns: ${what}`, {
        cause: thrown,
      });
    }
  }
}

/** @throws FieldtapeError OPTIONS_INVALID for any: machines have no ports. */
export function refusePortFaults(name: string, faults: OpenOptions["faults"]): void {
  if (faults.length === 0) return;
  throw new FieldtapeError("OPTIONS_INVALID", `${name} has no ports that a fault could disturb`, {
    hint: "place the fault on the records of the tape instead",
  });
}
