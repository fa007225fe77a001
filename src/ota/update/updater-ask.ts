import type { FileAnswer, FileOperation } from "./durable-fs.ts";

/** What the updater wants of the world. One ask at a time; its answer carries the same number. All of it is plain JSON data. */
export type UpdaterAsk =
  /** One after the other, up to the first that fails. */
  | { readonly port: "disk"; readonly operations: readonly FileOperation[] }
  /** A file of the repository, by its name there; no more than `sizeMax` bytes of it. */
  | MetadataAsk
  /** The wall clock, read once a session: what expires is compared with this. */
  | WallAsk
  /** Brings each object to `staging/objects/<sha256>`: durable under that name only when whole, keeping what is there already. */
  | { readonly port: "objects"; readonly objects: readonly WantedObject[] }
  /** May it be done now: maintenance window, a person's yes. Answers when it may, or that it may not. */
  | { readonly port: "consent"; readonly release: number; readonly version: string }
  /** Answers when the application has exited. */
  | { readonly port: "exit" }
  /** Starts what stands in `tree` (relative to the installation). Answers as soon as it runs. */
  | { readonly port: "launch"; readonly tree: string; readonly attempt: number }
  /** Answers once: healthy, or not. */
  | { readonly port: "health"; readonly tree: string; readonly attempt: number };

export type MetadataAsk = { readonly port: "metadata"; readonly name: string; readonly sizeMax: number };
export type WallAsk = { readonly port: "wall" };

export interface WantedObject {
  readonly sha256: string;
  readonly size: number;
}

/** `failed` is a short reason for people and tapes: a system's code or words with hyphens. */
export type UpdaterAnswer =
  | { readonly port: "disk"; readonly answers: readonly FileAnswer[] }
  /** The bytes as base64; undefined: the repository has no such file. */
  | MetadataAnswer
  /** Milliseconds since 1970 in UTC. */
  | WallAnswer
  | { readonly port: "objects"; readonly failed?: string }
  | { readonly port: "consent"; readonly given: boolean }
  | { readonly port: "exit"; readonly failed?: string }
  | { readonly port: "launch"; readonly failed?: string }
  | { readonly port: "health"; readonly healthy: boolean; readonly reason?: string };

export type MetadataAnswer =
  | { readonly port: "metadata"; readonly b64: string | undefined }
  | { readonly port: "metadata"; readonly failed: string };
export type WallAnswer = { readonly port: "wall"; readonly wall: number };
