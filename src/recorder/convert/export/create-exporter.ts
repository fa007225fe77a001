import { unreachable } from "../../../errors.ts";
import type { HeaderRecord } from "../../../tape/record.ts";
import { formatIso, parseIso } from "../../../time/iso.ts";
import type { Exporter, ExporterOptions, ExportFormat } from "./exporter.ts";
import { HexExporter } from "./hex-exporter.ts";
import { JsonlV1Exporter } from "./jsonl-v1-exporter.ts";
import { PcapngExporter } from "./pcapng-exporter.ts";
import { RawExporter } from "./raw-exporter.ts";

export function createExporter(format: ExportFormat, asked: ExporterOptions): Exporter {
  const options = { ...asked, header: asked.header === undefined ? undefined : placed(asked.header) };
  switch (format) {
    case "pcapng":
      return new PcapngExporter(options);
    case "jsonl-v1":
      return new JsonlV1Exporter(options);
    case "raw":
      return new RawExporter(options);
    case "hex":
      return new HexExporter(options);
    default:
      return unreachable(format);
  }
}

/** The header of a segment as of a tape of its own: `started` is the date of its `at` 0. */
function placed(header: HeaderRecord): HeaderRecord {
  const started = parseIso(header.started);
  if (started === undefined || header.offset === "0") return header;
  return { ...header, started: formatIso(started + BigInt(header.offset)), offset: "0" };
}
