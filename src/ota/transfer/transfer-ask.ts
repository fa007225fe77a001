import type { FileAnswer, FileOperation } from "../update/durable-fs.ts";
import type { ResponseHead } from "./response-head.ts";
import type { Trouble } from "./transport.ts";

/** What a transfer wants of the world; one ask at a time. All of it is plain JSON data, so that it can stand on a tape. */
export type TransferAsk =
  /** One after the other, up to the first that fails. */
  | { readonly port: "disk"; readonly operations: readonly FileOperation[] }
  /** Answered by a head, or by what went wrong. */
  | {
      readonly port: "http";
      readonly do: "request";
      readonly request: number;
      readonly path: string;
      readonly from?: number;
      readonly ifRange?: string;
    }
  /** The next piece of the body of that request. `kept`: its bytes come with the answer; else they wait for `store`. */
  | { readonly port: "http"; readonly do: "read"; readonly request: number; readonly kept: boolean }
  /** Puts the piece that was read last into the file at that place; tells the digests of the chunks that are now whole. */
  | {
      readonly port: "store";
      readonly path: string;
      readonly offset: number;
      readonly length: number;
      readonly last: boolean;
    }
  /** A whole number from 0 to 2³²−1. */
  | { readonly port: "chance" };

export type TransferAnswer =
  | { readonly port: "disk"; readonly answers: readonly FileAnswer[] }
  | { readonly port: "http"; readonly head: ResponseHead }
  /** `text` or `b64` if the bytes were to be kept. */
  | { readonly port: "http"; readonly piece: number; readonly text?: string; readonly b64?: string }
  | { readonly port: "http"; readonly end: true }
  | { readonly port: "http"; readonly broken: Trouble; readonly detail: string }
  | { readonly port: "store"; readonly chunks: readonly string[] }
  | { readonly port: "store"; readonly failed: string }
  | { readonly port: "chance"; readonly draw: number };
