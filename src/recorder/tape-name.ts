/** The name of a recording that was given none: `192.168.1.10-502-20261120T120000Z.tape.jsonl`. `started`: ISO 8601 in UTC. */
export function tapeName(source: string, started: string): string {
  const plain = source.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  const stamp = started.replace(/[-:]|\.[0-9]+/g, "");
  return `${plain.slice(0, 100) || "recording"}-${stamp}.tape.jsonl`;
}
