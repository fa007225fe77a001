import { unreachable } from "../../../errors.ts";
import type { Exporter, ExporterOptions, ExportFormat } from "./exporter.ts";
import { HexExporter } from "./hex-exporter.ts";
import { JsonlV1Exporter } from "./jsonl-v1-exporter.ts";
import { PcapngExporter } from "./pcapng-exporter.ts";
import { RawExporter } from "./raw-exporter.ts";

export function createExporter(format: ExportFormat, options: ExporterOptions): Exporter {
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
