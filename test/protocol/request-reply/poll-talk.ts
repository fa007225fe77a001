import type { JsonObject } from "../../../src/bytes/json.ts";
import type { SessionInput } from "../../../src/machine/machine.ts";
import { requestReply } from "../../../src/protocol/request-reply/request-reply.ts";
import { requestReplyOptions } from "../../../src/protocol/request-reply/schema.ts";
import { millis } from "../../../src/time/nanos.ts";
import { transcript } from "../../machine/transcript.ts";

export const POLL = {
  name: "poll",
  send: { text: "READ\r\n" },
  expect: { text: { startsWith: "VALUE " } },
  everyMs: 1000,
};

export const client = (options: JsonObject) => transcript(requestReply, requestReplyOptions.parse(options));

export const line = (text: string): SessionInput => ({
  type: "frame",
  frame: { type: "frame", dir: "rx", span: [0, 8], text },
});
export const state = (name: string, rest: object = {}) => ({
  type: "say",
  value: { type: "state", state: name, ...rest },
});
export const sends = (text: string) => ({ type: "send", bytes: new TextEncoder().encode(text) });
export const asks = (link: "open" | "close") => ({ type: "ask", link });

export const connecting = (attempt: number) => [asks("open"), state("connecting", { attempt })];
export const opened = state("ready", { after: "open" });
export const polls = (attempt = 1) => [sends("READ\r\n"), state("waiting", { request: "poll", attempt })];
export const answered = (latency: number, rest: object = {}) =>
  state("ready", { after: "answered", request: "poll", attempt: 1, latency: millis(latency), ...rest });
