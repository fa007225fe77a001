import type { FileOperation } from "./durable-fs.ts";
import { type Journal, note } from "./journal.ts";
import type { JournalEvent } from "./journal-record.ts";

/** Operations one after the other, and the journal as it is when all of them are done. */
export class Script {
  private readonly operations: FileOperation[] = [];
  journal: Journal;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Durable before whatever is added later. `floor` is given to raise it. */
  note(event: JournalEvent, floor?: number): void {
    const noted = note(this.journal, event, floor);
    this.journal = noted.journal;
    this.operations.push(...noted.operations);
  }

  add(operations: readonly FileOperation[]): void {
    for (const operation of operations) this.operations.push(operation);
  }

  whole(): { readonly journal: Journal; readonly operations: readonly FileOperation[] } {
    return { journal: this.journal, operations: this.operations };
  }
}
