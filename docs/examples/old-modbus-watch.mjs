// A watchdog for request and reply as it ran for years beside a live line: with timers and the clock of the machine, no idea of a tape.

import { EventEmitter } from "node:events";
import process from "node:process";

export class OldModbusWatch extends EventEmitter {
  #asked = new Map();
  #exchanges = 0;

  constructor({ timeoutMs = 1000, lateMs = 10_000 } = {}) {
    super();
    this.timeoutMs = timeoutMs;
    this.lateMs = lateMs;
  }

  request({ transaction, unit, function: code, address, quantity }) {
    const before = this.#asked.get(transaction);
    clearTimeout(before?.timer);
    const attempt = (before?.attempt ?? 0) + 1;
    const exchange = before?.exchange ?? ++this.#exchanges;
    const asked = { exchange, attempt, transaction, unit, function: code, address, quantity };
    const timer = setTimeout(() => this.#timedOut(asked), this.timeoutMs);
    this.#asked.set(transaction, { ...asked, timer, since: process.hrtime.bigint(), late: false });
    this.emit("state", { state: before === undefined ? "requested" : "retried", ...asked });
  }

  reply({ transaction, unit, function: code }) {
    const found = this.#asked.get(transaction);
    if (found === undefined) {
      this.emit("state", { state: "unsolicited", transaction, unit, function: code, cause: "no-request" });
      return;
    }
    const { timer, since, late, ...asked } = found;
    clearTimeout(timer);
    this.#asked.delete(transaction);
    const latency = Number(process.hrtime.bigint() - since);
    this.emit("state", { state: late ? "late" : "answered", ...asked, latency });
  }

  #timedOut(asked) {
    const found = this.#asked.get(asked.transaction);
    found.late = true;
    found.timer = setTimeout(() => this.#asked.delete(asked.transaction), this.lateMs);
    this.emit("state", { state: "timed-out", ...asked, waited: this.timeoutMs * 1_000_000 });
  }
}
