import type { JsonObject } from "../../bytes/json.ts";
import { Random } from "../../bytes/random.ts";
import { unreachable } from "../../errors.ts";
import { ELAPSED, type Elapsed } from "../../machine/machine.ts";
import type { OutputRecord } from "../../tape/record.ts";
import { earlier, millis, NANOS_PER_MILLI, type Nanos, nanos, plus, seconds } from "../../time/nanos.ts";
import type { ModelDisk } from "../crash/model-disk.ts";
import type { FileAnswer, FileOperation } from "../update/durable-fs.ts";
import { readJournal } from "../update/journal.ts";
import { JOURNAL } from "../update/layout.ts";
import type { UpdaterCommand } from "../update/updater-talk.ts";
import { begunSession, type SessionGiven } from "./begun-session.ts";
import { outputValue } from "./session-record.ts";
import type { SessionAnswer, SessionAsk, SessionInput } from "./session-talk.ts";
import type { SessionState, UpdateSession } from "./update-session.ts";
import { UPDATER } from "./updater-name.ts";
import { CUT, WorldDisk } from "./world-disk.ts";
import type { WorldFault } from "./world-fault.ts";
import { WorldServer } from "./world-server.ts";

/** What a simulated device finds around it. */
export interface WorldPlan {
  readonly given: SessionGiven;
  readonly disk: ModelDisk;
  /** Of the repository, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Milliseconds since 1970, when it begins. */
  readonly wall: number;
  readonly healthy: boolean;
  readonly faults: readonly WorldFault[];
  readonly seed: number;
  readonly beginsAt: Nanos;
}

const BOOT = seconds(5);
const QUICK = millis(100);

/** What is on its way, and when it comes. */
type Coming =
  | { readonly at: Nanos; readonly type: "answer"; readonly ask: number; readonly answer: SessionAnswer }
  | { readonly at: Nanos; readonly type: "session"; readonly command: UpdaterCommand };

/**
 * The updater of today with a simulated server, disk and power, in virtual time. When the power goes, the device starts again, mends
 * what was left, and asks for the update once more; what then stands on it is said at the end.
 */
export class UpdateWorld {
  private readonly plan: WorldPlan;
  private readonly disk: WorldDisk;
  private readonly server: WorldServer;
  private readonly random: Random;
  private readonly cuts: Nanos[];
  private machine: UpdateSession | undefined;
  private state: SessionState | undefined;
  private coming: Coming | undefined;
  private next: UpdaterCommand[];
  private said: OutputRecord[] = [];

  constructor(plan: WorldPlan) {
    this.plan = plan;
    this.random = new Random(plan.seed, "chance");
    this.disk = new WorldDisk(plan.disk, plan.faults, new Random(plan.seed, "power"));
    this.server = new WorldServer(plan.files, plan.faults);
    this.cuts = plan.faults.flatMap((one) =>
      one.fault === "cut-power" && one.operation === undefined ? [one.at ?? plan.beginsAt] : [],
    );
    this.next = [];
    this.coming = { at: plan.beginsAt, type: "session", command: plan.given.command };
  }

  /** When something happens next. */
  get deadline(): Nanos | undefined {
    return earlier(earlier(this.coming?.at, this.due), this.cuts[0]);
  }

  advance(until: Nanos): readonly OutputRecord[] {
    for (let at = this.deadline; at !== undefined && at <= until; at = this.deadline) this.happen(at);
    const { said } = this;
    this.said = [];
    return said;
  }

  private get due(): Nanos | undefined {
    return this.state === undefined ? undefined : this.machine?.deadline(this.state);
  }

  private happen(at: Nanos): void {
    const { coming } = this;
    if (this.cuts[0] === at) {
      this.cuts.shift();
      this.cutPower(at);
    } else if (coming?.at !== at) this.step(ELAPSED, at);
    else {
      this.coming = undefined;
      if (coming.type === "session") this.begin(coming.command, at);
      else this.step({ type: "answer", ask: coming.ask, answer: coming.answer }, at);
    }
  }

  private begin(command: UpdaterCommand, at: Nanos): void {
    const { machine, config } = begunSession({ ...this.plan.given, command });
    this.machine = machine;
    this.state = machine.initial(config);
    this.world(at, { type: "session", command: command.name });
    this.step({ type: "begin" }, at);
  }

  private step(input: SessionInput | Elapsed, at: Nanos): void {
    if (this.machine === undefined || this.state === undefined) return;
    const { state, outputs } = this.machine.step(this.state, input, at);
    this.state = state;
    for (const output of outputs) {
      if (output.type !== "ask") this.said.push({ type: "output", at, machine: UPDATER, value: outputValue(output) });
      if (output.type === "withdraw") this.coming = undefined;
      else if (output.type === "end") this.ended(at);
      else if (output.type === "ask" && !this.answer(output.ask, output.of, at)) {
        this.cutPower(at);
        break;
      }
    }
  }

  private ended(at: Nanos): void {
    this.state = undefined;
    const command = this.next.shift();
    if (command === undefined) this.world(at, this.installed());
    else this.coming = { at: plus(at, seconds(1)), type: "session", command };
  }

  private cutPower(at: Nanos): void {
    this.state = undefined;
    this.world(at, { type: "power-cut", ...this.disk.cut() });
    const { command } = this.plan.given;
    this.next = command.name === "resume" ? [] : [command];
    this.coming = { at: plus(at, BOOT), type: "session", command: { name: "resume" } };
  }

  /** False: the power went. */
  private answer(ask: number, of: SessionAsk, at: Nanos): boolean {
    const later = (answer: SessionAnswer, after: Nanos): boolean => {
      this.coming = { at: nanos(Math.min(at + after, Number.MAX_SAFE_INTEGER)), type: "answer", ask, answer };
      return true;
    };
    switch (of.port) {
      case "disk": {
        const answers = this.performAll(of.operations, at);
        return answers !== undefined && later({ port: "disk", answers }, millis(1));
      }
      case "store": {
        const bytes = this.server.piece;
        const answer = this.disk.perform({ do: "write", path: of.path, offset: of.offset, bytes }, at);
        if (answer === CUT) return false;
        if ("failed" in answer) return later({ port: "store", failed: answer.failed }, millis(1));
        return later({ port: "store", chunks: this.server.chunks(of.offset, of.last) }, millis(1));
      }
      case "http": {
        const { answer, after } = this.server.answer(of, at);
        return later(answer, after);
      }
      case "chance":
        return later({ port: "chance", draw: this.random.next() }, nanos(0));
      case "wall":
        return later({ port: "wall", wall: this.wallAt(at) }, nanos(0));
      case "consent":
        return later({ port: "consent", given: true }, nanos(0));
      case "exit":
      case "launch":
        return later({ port: of.port }, QUICK);
      case "health":
        return later({ port: "health", healthy: this.plan.healthy }, QUICK);
      default:
        return unreachable(of);
    }
  }

  private performAll(operations: readonly FileOperation[], at: Nanos): readonly FileAnswer[] | undefined {
    const answers: FileAnswer[] = [];
    for (const operation of operations) {
      const answer = this.disk.perform(operation, at);
      if (answer === CUT) return undefined;
      answers.push(answer);
      if ("failed" in answer) break;
    }
    return answers;
  }

  private wallAt(at: Nanos): number {
    return this.plan.wall + Math.floor((at - this.plan.beginsAt) / NANOS_PER_MILLI);
  }

  /** What stands on the device when all is over. */
  private installed(): JsonObject {
    const answer = this.disk.current.perform({ do: "read", path: JOURNAL, sizeMax: Number.MAX_SAFE_INTEGER });
    const text = "ok" in answer && answer.ok === "text" ? answer.text : undefined;
    const { installation } = readJournal(text ?? "");
    const { confirmed, change, floor, failed } = installation;
    const link = this.disk.current.at("current");
    return {
      type: "installed",
      current: link?.kind === "link" ? link.target : null,
      confirmed: confirmed ?? null,
      change: change?.phase ?? null,
      floor,
      failed: [...failed],
    };
  }

  private world(at: Nanos, value: JsonObject): void {
    this.said.push({ type: "output", at, machine: "world", value });
  }
}
