/**
 * The bytes of one channel and direction that a framer has not consumed yet, with their place in the stream.
 *
 * Plain data, so that a framer may keep one in its state. Used in one order within a step: `append` the chunk, look at
 * `bytes[start, end)`, `consume` from the front, and `settle` before the step returns.
 *
 * - A chunk that arrives while nothing is left over is looked at where it is, without a copy; what is still left over at the
 *   end of the step is copied by `settle`, because the chunk is the driver's. So a chunk of whole frames is never copied.
 * - Otherwise the chunk is copied behind what is left over: amortised O(1) a byte, however small the chunks are.
 * - A window bounds nothing by itself: a framer that waits for at most N bytes leaves less than N in it, and `settle`
 *   keeps no more than four times that.
 */
export interface Window {
  /** Only `bytes[start, end)` has a meaning. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Where `bytes[start]` stands in the stream: bytes of that channel and direction since the tape began. */
  offset: number;
  /** `bytes` is the driver's chunk: to be read only, and not beyond the step. */
  borrowed: boolean;
}

const EMPTY = new Uint8Array(0);
/** The least that is allocated: a frame that arrives byte by byte should not allocate for every one. */
const CAPACITY_MIN = 64;

export function openWindow(): Window {
  return { bytes: EMPTY, start: 0, end: 0, offset: 0, borrowed: false };
}

/** How many bytes are waiting. */
export function waiting(window: Window): number {
  return window.end - window.start;
}

/** Where `bytes[position]` stands in the stream. */
export function offsetOf(window: Window, position: number): number {
  return window.offset + position - window.start;
}

/** Puts `chunk` behind what is waiting. Positions taken before are void: bytes may have moved. */
export function append(window: Window, chunk: Uint8Array): void {
  if (window.start === window.end) {
    window.bytes = chunk;
    window.start = 0;
    window.end = chunk.length;
    window.borrowed = true;
    return;
  }
  makeRoom(window, chunk.length);
  window.bytes.set(chunk, window.end);
  window.end += chunk.length;
}

/** Drops `count` bytes from the front; the stream's place moves on. */
export function consume(window: Window, count: number): void {
  window.start += count;
  window.offset += count;
}

/** Ends a step: whatever is left over becomes the window's own, in a buffer that fits it. */
export function settle(window: Window): void {
  const length = window.end - window.start;
  if (length === 0) {
    window.bytes = EMPTY;
    window.start = 0;
    window.end = 0;
    window.borrowed = false;
  } else if (window.borrowed || window.bytes.length > 4 * Math.max(length, CAPACITY_MIN)) {
    move(window, Math.max(CAPACITY_MIN, 2 * length));
  }
}

/** Makes the bytes the window's own, with room for `extra` more behind them. */
function makeRoom(window: Window, extra: number): void {
  const needed = window.end - window.start + extra;
  const capacity = window.bytes.length;
  if (window.borrowed || needed > capacity) {
    move(window, Math.max(CAPACITY_MIN, needed, Math.min(2 * capacity, 2 * needed)));
  } else if (window.end + extra > capacity) {
    // Moving to the front costs what is waiting; doing it only when that is at most half keeps it amortised.
    if (2 * needed <= capacity) slideToFront(window);
    else move(window, 2 * capacity);
  }
}

function move(window: Window, capacity: number): void {
  const own = new Uint8Array(capacity);
  own.set(window.bytes.subarray(window.start, window.end));
  window.end -= window.start;
  window.start = 0;
  window.bytes = own;
  window.borrowed = false;
}

function slideToFront(window: Window): void {
  window.bytes.copyWithin(0, window.start, window.end);
  window.end -= window.start;
  window.start = 0;
}
