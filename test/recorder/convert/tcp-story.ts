import { pcap } from "./capture-files.ts";
import { type Imported, type ImportingOptions, importing } from "./importing.ts";
import type { TcpTalk } from "./tcp-talk.ts";

export const heard = (talk: TcpTalk, options: ImportingOptions = {}): Promise<Imported> =>
  importing(pcap(talk.packets), options);
export const odd = ({ report }: Imported): Record<string, [count: number, bytes: number]> =>
  Object.fromEntries(report.oddities.map(({ kind, count, bytes }) => [kind, [count, bytes]]));
export const opening = ["0 stream 10.0.0.1:40000-10.0.0.2:502", "0 open"];
