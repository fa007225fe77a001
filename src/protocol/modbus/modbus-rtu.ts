import type { Dir } from "../../bytes/channel.ts";
import { unreachable } from "../../errors.ts";
import type { Framer, FramerConfig, FramerInput, FramerOutput, Step } from "../../machine/machine.ts";
import { millis, type Nanos, plus, ZERO } from "../../time/nanos.ts";
import { type TailCheck, withCheck } from "../check.ts";
import { RAW_MAX, takeFault } from "../framing.ts";
import { append, consume, offsetOf, openWindow, settle, type Window, waiting } from "../window.ts";
import { encodeUnit } from "./encode-unit.ts";
import { type ModbusFrame, roleOf } from "./modbus-frame.ts";
import { decodePdu } from "./pdu.ts";
import type { Role } from "./pdu-fields.ts";
import { type LineFormat, lineFormatOf, silenceOf } from "./rtu-silence.ts";
import { noteFrame, type Roles, rolesAt, type Talk, talkOf } from "./rtu-talk.ts";
import {
  CRC_SIZE,
  FRAME_MIN,
  isCertain,
  isPlausible,
  isPredicted,
  splitByCrc,
  type Trial,
  tryFrame,
  tryFrameUpTo,
} from "./rtu-trial.ts";

/** What is not said of the line is as its channel was recorded. */
export interface ModbusRtuOptions extends Partial<LineFormat> {
  /**
   * The direction in which the device is heard; `both`: each direction carries both sides, as on a bus that is tapped on one wire;
   * `auto`: `rx`, and both there as soon as a request is heard in it.
   */
  readonly device: Dir | "both" | "auto";
  /**
   * How long after the silence of 3.5 characters bytes that are no frame so far may still become one, before they are a fault: reads
   * return late.
   */
  readonly stallMs: number;
}

export const MODBUS_RTU_OPTIONS: ModbusRtuOptions = {
  device: "auto",
  stallMs: 250,
};

/** MODBUS over Serial Line V1.02 §2.5.1.2: low byte first. */
const CRC: TailCheck = { kind: "CRC-16/MODBUS", endian: "little" };

/** Bytes in which no frame is found are reported in faults of at most so many. */
const RUBBISH_MAX = RAW_MAX;

interface ModbusRtuState {
  readonly dir: Dir;
  /** Nanoseconds after the last byte. */
  readonly silence: number;
  readonly stall: number;
  readonly talk: Talk;
  readonly window: Window;
  /** So many bytes at the front of the window begin no frame whose length is known; what they are is told by what follows. */
  rubbish: number;
  heardAt: Nanos;
  /** The line has been silent since the last byte. */
  silent: boolean;
  /** Where in the stream the bytes behind the first silence begin that fell since the window's front was heard. */
  burst: number;
}

/**
 * Modbus RTU: a frame is as long as its function code and byte count say, and its CRC proves it. Only what cannot be told so, a
 * function of the device maker's own or a broken frame, is ended by silence; reads return too late for silence to be more than a
 * hint. So any cut of the bytes gives the same frames, but for values with `delimited: "silence"`.
 *
 * Faults: `bad-crc` (bytes in which no CRC checks), `interrupted`, `truncated`, `unfinished`.
 */
export const modbusRtu: Framer<ModbusRtuOptions, ModbusRtuState> = {
  name: "modbus-rtu",
  initial({ options, dir, settings }: FramerConfig<ModbusRtuOptions>): ModbusRtuState {
    const silence = silenceOf(lineFormatOf(options, settings));
    return {
      dir,
      silence,
      stall: silence + millis(options.stallMs),
      talk: talkOf(options.device, dir),
      window: openWindow(),
      rubbish: 0,
      heardAt: ZERO,
      silent: false,
      burst: 0,
    };
  },
  step(state, input, at): Step<ModbusRtuState, FramerOutput> {
    const outputs: FramerOutput[] = [];
    if (input.type !== "elapsed") hear(state, input, at, outputs);
    else if (state.silent) giveUp(state, "bad-crc", outputs, true);
    else fallSilent(state, outputs);
    settle(state.window);
    return { state, outputs };
  },
  deadline({ window, rubbish, heardAt, silent, stall, silence }): Nanos | undefined {
    if (waiting(window) === 0) return undefined;
    if (!silent) return plus(heardAt, silence);
    // A frame whose length is known is waited for as long as it takes.
    return rubbish === 0 ? undefined : plus(heardAt, stall);
  },
  reencode(frame, edited) {
    const unit = encodeUnit(frame, edited, { unitAt: 0, tail: CRC_SIZE });
    return unit === undefined ? undefined : withCheck(unit, CRC);
  },
};

function hear(state: ModbusRtuState, input: FramerInput, at: Nanos, outputs: FramerOutput[]): void {
  switch (input.type) {
    case "bytes":
      hearBytes(state, input.bytes, at, outputs);
      break;
    case "boundary":
      giveUp(state, "truncated", outputs);
      break;
    case "gap":
      interrupt(state, outputs);
      break;
    case "link":
      // A later segment of a tape repeats that its link is open: nothing is interrupted by that.
      if (input.change !== "open") interrupt(state, outputs);
      break;
    case "end":
      giveUp(state, "unfinished", outputs);
      break;
    default:
      unreachable(input);
  }
}

function interrupt(state: ModbusRtuState, outputs: FramerOutput[]): void {
  giveUp(state, "interrupted", outputs);
  state.talk.asked = undefined;
}

function hearBytes(state: ModbusRtuState, bytes: Uint8Array, at: Nanos, outputs: FramerOutput[]): void {
  if (bytes.length === 0) return;
  const { window } = state;
  if (state.silent && state.burst <= window.offset) state.burst = offsetOf(window, window.end);
  append(window, bytes);
  state.heardAt = at;
  state.silent = false;
  takeFrames(state, outputs, false);
}

/** Takes frames off the front until more bytes are needed. `settled`: none will come, so everything is either a frame or rubbish. */
function takeFrames(state: ModbusRtuState, outputs: FramerOutput[], settled: boolean): void {
  const { window, talk } = state;
  while (waiting(window) > state.rubbish) {
    const at = window.start + state.rubbish;
    const short = window.end - at < FRAME_MIN;
    if (short && !settled) return;
    const roles = rolesAt(talk, window.bytes, at);
    const due = state.rubbish === 0;
    const trial = short ? "fail" : tryFrame(window.bytes, at, window.end, roles, { settled, due });
    if (trial === "wait") return;
    if (trial === "fail") {
      state.rubbish += 1;
      if (state.rubbish === RUBBISH_MAX) reject(state, outputs, "bad-crc", false);
    } else {
      takeRubbish(state, outputs, "bad-crc", false);
      takeFrame(state, outputs, trial, false);
    }
  }
}

/** 3.5 characters of silence. They confirm what ends with them; what does not may still go on. */
function fallSilent(state: ModbusRtuState, outputs: FramerOutput[]): void {
  const { window, rubbish } = state;
  const { start, end } = window;
  state.silent = true;
  const burst = start + Math.max(0, state.burst - window.offset);
  if (rubbish === 0) {
    // The first reading waits for more; another one, or a frame behind a cut-off one, may be whole.
    if (!takeFrameUpTo(state, start, true, outputs)) takeFrameUpTo(state, burst, false, outputs);
    return;
  }
  if (takePiecesFrom(state, start, outputs)) return;
  for (let at = start + 1; at < end; at++) {
    if (takeFrameUpTo(state, at, false, outputs)) return;
  }
  takePiecesFrom(state, burst, outputs);
}

/** Takes the frame that begins at `at` and fills the rest of the window, if there is one, and the rubbish before it. */
function takeFrameUpTo(state: ModbusRtuState, at: number, trusted: boolean, outputs: FramerOutput[]): boolean {
  const { window, talk } = state;
  const { bytes, start, end } = window;
  if (end - at < FRAME_MIN) return false;
  const trial = tryFrameUpTo(bytes, at, end, rolesAt(talk, bytes, at));
  if (trial === undefined || !(trusted || isPlausible(bytes, at, trial))) return false;
  state.rubbish = at - start;
  takeRubbish(state, outputs, "bad-crc", false);
  takeFrame(state, outputs, trial, false);
  return true;
}

/** Takes everything from `at` on as frames of unknown functions, if their CRCs say so, and the rubbish before it. */
function takePiecesFrom(state: ModbusRtuState, at: number, outputs: FramerOutput[]): boolean {
  const { bytes, start, end } = state.window;
  const sizes = splitByCrc(bytes, at, end);
  if (sizes === undefined) return false;
  state.rubbish = at - start;
  takeRubbish(state, outputs, "bad-crc", true);
  takePieces(state, outputs, sizes, true);
  return true;
}

/** Nothing will complete what waits: it falls into frames, rubbish between them, and at the end `fault` if that began like a frame. */
function giveUp(state: ModbusRtuState, fault: string, outputs: FramerOutput[], silence = false): void {
  const { window } = state;
  takeFrames(state, outputs, false);
  const hopeful = state.rubbish === 0 ? window.offset : -1;
  takeFrames(state, outputs, true);
  takeRubbish(state, outputs, window.offset === hopeful ? fault : "bad-crc", silence);
}

/** Bytes in which no frame was found by its length: frames of unknown functions if their CRCs say so, else a fault. */
function takeRubbish(state: ModbusRtuState, outputs: FramerOutput[], fault: string, silence: boolean): void {
  const { window, rubbish } = state;
  if (rubbish === 0) return;
  const sizes = splitByCrc(window.bytes, window.start, window.start + rubbish);
  if (sizes === undefined) reject(state, outputs, fault, silence);
  else takePieces(state, outputs, sizes, silence);
}

function takePieces(state: ModbusRtuState, outputs: FramerOutput[], sizes: readonly number[], silence: boolean): void {
  const { window, talk } = state;
  for (const size of sizes) {
    const role = likelierRole(rolesAt(talk, window.bytes, window.start), window, size);
    const trial = { size, role };
    takeFrame(state, outputs, trial, silence && !isPredicted(window.bytes, window.start, trial));
  }
}

/** The first reading, unless only the second one parses. */
function likelierRole([first, second]: Roles, { bytes, start }: Window, size: number): Role {
  const parses = (role: Role) => decodePdu(bytes, start + 1, start + size - CRC_SIZE, role).malformed === undefined;
  return roleOf(bytes[start + 1] ?? 0, !parses(first) && parses(second) ? second : first);
}

function takeFrame(state: ModbusRtuState, outputs: FramerOutput[], trial: Trial, silence: boolean): void {
  const { size, role } = trial;
  const { window, dir, talk } = state;
  const { bytes, start, offset } = window;
  const frame: ModbusFrame = {
    type: "frame",
    dir,
    span: [offset, size],
    role,
    unit: bytes[start] ?? 0,
    ...decodePdu(bytes, start + 1, start + size - CRC_SIZE, role),
  };
  noteFrame(talk, bytes, start, role, () => isCertain(bytes, start, trial));
  outputs.push(silence ? { ...frame, delimited: "silence" } : frame);
  consume(window, size);
  state.rubbish = 0;
}

function reject(state: ModbusRtuState, outputs: FramerOutput[], name: string, silence: boolean): void {
  const fault = takeFault(state, name, state.rubbish);
  outputs.push(silence ? { ...fault, delimited: "silence" } : fault);
  state.rubbish = 0;
}
