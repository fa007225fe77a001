import { extname } from "node:path";

/** Media types of what is found beside field recordings, by the end of the name. */
const MEDIA: ReadonlyMap<string, string> = new Map([
  [".bin", "application/octet-stream"],
  [".csv", "text/csv"],
  [".gz", "application/gzip"],
  [".hex", "text/plain"],
  [".html", "text/html"],
  [".jpeg", "image/jpeg"],
  [".jpg", "image/jpeg"],
  [".json", "application/json"],
  [".jsonl", "application/jsonl"],
  [".log", "text/plain"],
  [".md", "text/markdown"],
  [".mp4", "video/mp4"],
  [".pcap", "application/vnd.tcpdump.pcap"],
  [".pcapng", "application/x-pcapng"],
  [".pdf", "application/pdf"],
  [".png", "image/png"],
  [".tar", "application/x-tar"],
  [".txt", "text/plain"],
  [".webm", "video/webm"],
  [".xml", "application/xml"],
  [".yaml", "application/yaml"],
  [".yml", "application/yaml"],
  [".zip", "application/zip"],
]);

/** What a file holds, going by its name; bytes of no known kind if that says nothing. */
export function mediaOf(path: string): string {
  return MEDIA.get(extname(path).toLowerCase()) ?? "application/octet-stream";
}
