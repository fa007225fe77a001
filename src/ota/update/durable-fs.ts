/**
 * All file work of the updater, as plain data: one operation in, one answer out. What is asked can be recorded, replayed, cut
 * off after any operation, and run on a model of a disk that knows what a power cut leaves.
 *
 * Paths are relative to the installation's folder, with `/` on every platform, and never lead out of it; "" is the folder
 * itself. An operation opens and closes what it needs: nothing stays open between two of them.
 *
 * Nothing is durable before it is synced: bytes and mode of a file by `sync`, names in a folder by `sync-folder`. A sync that
 * failed has told for the last time: what it was to save must be written anew.
 */
export type FileOperation = Reading | Writing;

/** Leaves the disk as it is. */
export type Reading =
  /** → `entries`, in code-unit order; of a folder that is not there: none. */
  | { readonly do: "list"; readonly path: string }
  /** → `text` as UTF-8, undefined if there is no such file; EFBIG if it has more than `sizeMax` bytes. */
  | { readonly do: "read"; readonly path: string; readonly sizeMax: number }
  /** → `digest` of a file's bytes, or of those in `span` (fewer, where the file ends in it); undefined if there is no such file. */
  | { readonly do: "digest"; readonly path: string; readonly span?: { readonly offset: number; readonly size: number } }
  /** → `free` bytes for this user on the disk that holds the folder. */
  | { readonly do: "space"; readonly path: string };

export type Writing =
  /** EEXIST if there is something of that name. */
  | { readonly do: "make-folder"; readonly path: string }
  /** A new file with this text; EEXIST if there is something of that name. */
  | { readonly do: "create"; readonly path: string; readonly text: string; readonly mode: number }
  /** Adds text to a file that is there. */
  | { readonly do: "append"; readonly path: string; readonly text: string }
  /** Writes bytes at a place of a file, which is made if it is not there (mode 0600). Not for the updater: for what downloads. */
  | { readonly do: "write"; readonly path: string; readonly offset: number; readonly bytes: Uint8Array }
  /** Cuts a file to so many bytes. */
  | { readonly do: "truncate"; readonly path: string; readonly size: number }
  /** A new file with the bytes of another one, which must have this size and SHA-256: EBADMSG if they are others. */
  | { readonly do: "copy"; readonly from: string; readonly path: string; readonly file: FileContent }
  | { readonly do: "sync"; readonly path: string }
  | { readonly do: "sync-folder"; readonly path: string }
  /** Replaces what is at `path`, in one step. */
  | { readonly do: "rename"; readonly from: string; readonly path: string }
  /** A symbolic link; EEXIST if there is something of that name. */
  | { readonly do: "link"; readonly path: string; readonly target: string }
  /** A file or a link. */
  | { readonly do: "remove"; readonly path: string }
  /** A folder with all that is in it; never follows a link. Done already if there is none. */
  | { readonly do: "remove-tree"; readonly path: string };

/** What a file of a tree must be. */
export interface FileContent {
  readonly sha256: string;
  readonly size: number;
  /** Permission bits, 0o644 or 0o755 as a rule. */
  readonly mode: number;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "link" | "other";
  /** Where a link points, as it is written in it. */
  readonly target?: string;
}

/** What came of an operation. `failed` is the system's code (ENOSPC, EIO, EMFILE, …): the operation may have been done in part. */
export type FileAnswer =
  | { readonly ok: "done" }
  | { readonly ok: "entries"; readonly entries: readonly FolderEntry[] }
  | { readonly ok: "text"; readonly text: string | undefined }
  | { readonly ok: "digest"; readonly digest: { readonly sha256: string; readonly size: number } | undefined }
  | { readonly ok: "free"; readonly free: number }
  | { readonly failed: string };

/** A disk, from one folder down. */
export interface DurableFs {
  /** Never rejects for what a disk can do: that is an answer. Rejects with the signal's reason. */
  perform(operation: FileOperation, signal: AbortSignal): Promise<FileAnswer>;
}

export const DONE: FileAnswer = { ok: "done" };

/** One after the other; ends with the first that fails. */
export async function performAll(
  disk: DurableFs,
  operations: readonly FileOperation[],
  signal: AbortSignal,
): Promise<readonly FileAnswer[]> {
  const answers: FileAnswer[] = [];
  for (const operation of operations) {
    const answer = await disk.perform(operation, signal);
    answers.push(answer);
    if ("failed" in answer) break;
  }
  return answers;
}
