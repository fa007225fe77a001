import { unreachable } from "../../errors.ts";
import type { ControlStatus } from "../../recorder/schema.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { RecorderEnd, ToScreen } from "../supervise/screen-link.ts";
import { intentOf } from "./key-table.ts";
import { typed } from "./prompt.ts";
import { RECORDING_KEYS, type RecordingIntent } from "./recording-keys.ts";
import type { RecordingView } from "./recording-view.ts";
import type { Step } from "./screen-store.ts";
import type { TerminalSize } from "./terminal.ts";

/** What happens to the recording screen. */
export type RecordingEvent =
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "resized"; readonly size: TerminalSize }
  /** Time has passed. */
  | { readonly type: "looked"; readonly now: Nanos; readonly fileSize: number | undefined }
  | { readonly type: "told"; readonly now: Nanos; readonly status: ControlStatus }
  | { readonly type: "said"; readonly words: readonly string[] }
  /** Another process records from here on. */
  | { readonly type: "recorder"; readonly now: Nanos; readonly recorder: RecorderNow }
  | { readonly type: "ended"; readonly end: RecorderEnd };

/** What the screen asks of whoever runs it. */
export type RecordingCommand =
  | { readonly type: "mark"; readonly label: string }
  | { readonly type: "rotate" }
  /** `times`: how often it was asked before; a recorder that does not listen is told by a signal. */
  | { readonly type: "stop"; readonly times: number }
  | { readonly type: "detach" }
  | { readonly type: "leave" };

export type RecorderNow = Pick<Extract<ToScreen, { type: "recorder" }>, "pid" | "restarts" | "died">;
type RecordingStep = Step<RecordingView, RecordingCommand>;

const TAIL_KEPT = 200;
const MARKS_KEPT = 3;

export function beginRecordingView(size: TerminalSize, pid: number | undefined, now: Nanos): RecordingView {
  return {
    size,
    now,
    pid,
    words: [],
    status: undefined,
    heardAt: now,
    tail: [],
    fileSize: undefined,
    marks: [],
    prompt: undefined,
    stops: 0,
    help: false,
    restarts: 0,
    died: undefined,
    end: undefined,
  };
}

/** The recording screen's whole logic. */
export function reduceRecording(view: RecordingView, event: RecordingEvent): RecordingStep {
  switch (event.type) {
    case "key":
      return view.prompt === undefined ? pressed(view, event.key) : answered(view, view.prompt, event.key);
    case "resized":
      return seen({ ...view, size: event.size });
    case "looked":
      return seen({ ...view, now: event.now, fileSize: event.fileSize });
    case "told": {
      const tail = [...view.tail, ...event.status.tail].slice(-TAIL_KEPT);
      return seen({ ...view, now: event.now, heardAt: event.now, status: event.status, tail });
    }
    case "said":
      return seen({ ...view, words: event.words });
    case "recorder": {
      const { pid, restarts, died } = event.recorder;
      return seen({ ...view, now: event.now, heardAt: event.now, pid, restarts, died });
    }
    case "ended":
      return ended({ ...view, end: event.end, prompt: undefined });
    default:
      return unreachable(event);
  }
}

const seen = (view: RecordingView): RecordingStep => ({ state: view, commands: [] });
const asking = (view: RecordingView, ...commands: readonly RecordingCommand[]): RecordingStep => ({
  state: view,
  commands,
});

/** A good end, and one before anything was recorded, need no screen; any other is told until somebody has read it. */
function ended(view: RecordingView): RecordingStep {
  const plain = view.end?.code === 0 || view.status === undefined || view.stops > 0;
  return plain ? asking(view, { type: "leave" }) : seen(view);
}

function pressed(view: RecordingView, key: string): RecordingStep {
  if (view.end !== undefined) return asking(view, { type: "leave" });
  const intent = intentOf(RECORDING_KEYS, key);
  if (intent !== undefined) return meant({ ...view, help: false }, intent, view.help);
  return seen({ ...view, help: false });
}

function meant(view: RecordingView, intent: RecordingIntent, helpShown: boolean): RecordingStep {
  switch (intent) {
    case "mark":
      return marked(view, `mark ${(view.status?.marks ?? 0) + 1}`);
    case "label":
      return seen({ ...view, prompt: { asks: "mark", text: "" } });
    case "rotate":
      return asking(view, { type: "rotate" });
    case "stop":
      return asking({ ...view, stops: view.stops + 1 }, { type: "stop", times: view.stops });
    case "detach":
      return view.status === undefined ? seen(view) : asking(view, { type: "detach" });
    case "help":
      return seen({ ...view, help: !helpShown });
    default:
      return unreachable(intent);
  }
}

function answered(view: RecordingView, prompt: NonNullable<RecordingView["prompt"]>, key: string): RecordingStep {
  const outcome = typed(prompt, key);
  if (outcome.type === "typing") return seen({ ...view, prompt: outcome.prompt });
  const closed = { ...view, prompt: undefined };
  return outcome.type === "left" || outcome.text === "" ? seen(closed) : marked(closed, outcome.text);
}

function marked(view: RecordingView, label: string): RecordingStep {
  if (view.status?.state !== "recording") return seen(view);
  return asking({ ...view, marks: [...view.marks, label].slice(-MARKS_KEPT) }, { type: "mark", label });
}
