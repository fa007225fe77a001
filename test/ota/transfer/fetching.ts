import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/bytes/random.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import { operateSession } from "../../../src/ota/session/operate-session.ts";
import type { SessionAsk, SessionOutput } from "../../../src/ota/session/session-talk.ts";
import { updateSession } from "../../../src/ota/session/update-session.ts";
import { DOWNLOAD_LIMITS, type DownloadLimits } from "../../../src/ota/transfer/download-plan.ts";
import type { TransferAsk } from "../../../src/ota/transfer/transfer-ask.ts";
import { TransferPorts } from "../../../src/ota/transfer/transfer-ports.ts";
import type { Transport } from "../../../src/ota/transfer/transport.ts";
import { RealFs } from "../../../src/ota/update/real-fs.ts";
import type { UpdaterAnswer, UpdaterAsk, WantedObject } from "../../../src/ota/update/updater-ask.ts";
import {
  DEFAULT_POLICY,
  type UpdaterConfig,
  type UpdaterInput,
  type UpdaterOutput,
} from "../../../src/ota/update/updater-talk.ts";
import { millis } from "../../../src/time/nanos.ts";
import { SystemClock } from "../../../src/time/system-clock.ts";

/** Bytes that do not compress and are the same every time. */
export function payload(size: number, seed = 1): Uint8Array {
  const random = new Random(seed);
  const bytes = new Uint8Array(size);
  const words = new DataView(bytes.buffer);
  for (let at = 0; at + 4 <= size; at += 4) words.setUint32(at, random.next());
  return bytes;
}

export function wanted(bytes: Uint8Array): WantedObject {
  return { sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length };
}

/** Patient, so that a busy machine does not matter; tries follow one another at once. */
export const PATIENT: DownloadLimits = {
  ...DOWNLOAD_LIMITS,
  retry: { ...DOWNLOAD_LIMITS.retry, first: millis(2), longest: millis(10), retryAfterMax: millis(50) },
};

export interface Brought {
  /** Why it failed; `undefined`: it did not. */
  readonly failed: string | undefined;
  /** The bytes of a small file, if one was asked for. */
  readonly bytes: Uint8Array | undefined;
  /** Kinds of trouble, in order. */
  readonly troubles: readonly string[];
  readonly outputs: readonly SessionOutput[];
}

export interface Bring {
  readonly transport: Transport;
  readonly root: string;
  readonly ask: Extract<UpdaterAsk, { readonly port: "objects" | "metadata" }>;
  readonly limits?: DownloadLimits;
  readonly cancel?: AbortSignal;
}

/** Fetches as an updater would have it, from a real server to a real disk. */
export async function bring({ transport, root, ask, limits = PATIENT, cancel }: Bring): Promise<Brought> {
  const random = new Random(7);
  const transfer = new TransferPorts({ transport, disk: new RealFs(root), draw: () => random.next() });
  const outputs: SessionOutput[] = [];
  const heard: UpdaterAnswer[] = [];
  const clock = new SystemClock({ sleep: "coarse" });
  await operateSession(
    updateSession(asking(ask, heard)),
    { updater: { command: { name: "update" }, policy: DEFAULT_POLICY }, location: transport.location, limits },
    {
      ports: {
        answer: (of, signal) => transfer.answer(onlyTransfers(of), signal),
        hangUp: (request) => transfer.hangUp(request),
      },
      clock,
      origin: clock.now(),
      observe: (observation) => {
        if (observation.type === "output") outputs.push(observation.value);
      },
      cancel: cancel ?? new AbortController().signal,
    },
  );
  const answer = heard[0];
  const troubles = outputs.flatMap((output) =>
    output.type === "note" && output.note["type"] === "trouble" ? [String(output.note["trouble"])] : [],
  );
  const b64 = answer?.port === "metadata" && "b64" in answer ? answer.b64 : undefined;
  return {
    failed: answer !== undefined && "failed" in answer ? answer.failed : undefined,
    bytes: b64 === undefined ? undefined : new Uint8Array(Buffer.from(b64, "base64")),
    troubles,
    outputs,
  };
}

/** Whether it lies, whole and right, where the updater looks for it. */
export function isBrought(root: string, { sha256, size }: WantedObject): boolean {
  const bytes = readFileSync(join(root, "staging", "objects", sha256));
  return bytes.length === size && wanted(bytes).sha256 === sha256;
}

/** An updater that wants one thing only. */
function asking(of: UpdaterAsk, heard: UpdaterAnswer[]): Machine<UpdaterConfig, unknown, UpdaterInput, UpdaterOutput> {
  return {
    name: "asking",
    initial: () => ({}),
    deadline: () => undefined,
    step(state, input) {
      if (input.type === "begin") return { state, outputs: [{ type: "ask", ask: 1, of }] };
      if (input.type === "cancel") {
        return {
          state,
          outputs: [
            { type: "withdraw", ask: 1 },
            { type: "end", outcome: "failed", reason: "cancelled" },
          ],
        };
      }
      if (input.type !== "answer") return { state, outputs: [] };
      heard.push(input.answer);
      return { state, outputs: [{ type: "end", outcome: "nothing" }] };
    },
  };
}

function onlyTransfers(of: SessionAsk): TransferAsk {
  if (of.port === "disk" || of.port === "http" || of.port === "store" || of.port === "chance") return of;
  throw new Error(`nobody asked for ${of.port}`);
}
