import type { FileOperation } from "./durable-fs.ts";
import { type Journal, note, renewed } from "./journal.ts";
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
    this.take(note(this.journal, event, floor));
  }

  /** What was read in the journal is durable before whatever is added later. */
  renew(): void {
    this.take(renewed(this.journal));
  }

  add(operations: readonly FileOperation[]): void {
    for (const operation of operations) this.operations.push(operation);
  }

  private take({ journal, operations }: ReturnType<typeof note>): void {
    this.journal = journal;
    this.operations.push(...operations);
  }

  whole(): { readonly journal: Journal; readonly operations: readonly FileOperation[] } {
    return { journal: this.journal, operations: this.operations };
  }
}
