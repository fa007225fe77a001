// A parser as many projects have one: it knows nothing of fieldtape, tapes or machines.

import { EventEmitter } from "node:events";

export class OldNmeaParser extends EventEmitter {
  #text = "";

  feed(bytes) {
    this.#text += bytes.toString("latin1");
    for (let end = this.#text.indexOf("\n"); end >= 0; end = this.#text.indexOf("\n")) {
      const line = this.#text.slice(0, end + 1);
      this.#text = this.#text.slice(end + 1);
      this.#line(line);
    }
  }

  #line(line) {
    const [, body, sum] = /^\$(.*)\*([0-9A-F]{2})\r?\n$/i.exec(line) ?? [];
    if (body === undefined) return;
    let xor = 0;
    for (const character of body) xor ^= character.charCodeAt(0);
    if (xor === Number.parseInt(sum, 16)) this.emit("sentence", body.split(","), line);
    else this.emit("bad", line);
  }
}
