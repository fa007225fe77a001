import { ModelDisk } from "../../../src/ota/crash/model-disk.ts";
import { type ModelEnd, runModelSession } from "../../../src/ota/crash/model-session.ts";
import { announces, sampleReleases } from "../../../src/ota/crash/sample-releases.ts";
import type { FileAnswer, FileOperation } from "../../../src/ota/update/durable-fs.ts";
import { type Journal, readJournal } from "../../../src/ota/update/journal.ts";
import { JOURNAL } from "../../../src/ota/update/layout.ts";
import type { Offer } from "../../../src/ota/update/offer.ts";
import { updater } from "../../../src/ota/update/updater.ts";
import {
  DEFAULT_POLICY,
  type UpdatePolicy,
  type UpdaterCommand,
  type UpdaterOutput,
} from "../../../src/ota/update/updater-talk.ts";

export const releases = sampleReleases();

/** A device on the model of a disk, for tests that go through its sessions one after the other. */
export class Device {
  readonly disk = ModelDisk.empty();
  offered: Offer = releases.first;
  healthy = true;
  policy: UpdatePolicy = DEFAULT_POLICY;
  /** What can be fetched. */
  readonly contents = new Map(releases.contents);
  readonly said: UpdaterOutput[] = [];
  readonly asked: FileOperation[] = [];
  /** Answers instead of the disk, where it does. */
  instead: (operation: FileOperation) => FileAnswer | undefined = () => undefined;

  static installed(): Device {
    const device = new Device();
    device.session({ name: "install", offer: releases.first });
    device.offered = releases.second;
    return device;
  }

  session(command: UpdaterCommand): ModelEnd {
    this.said.length = 0;
    this.asked.length = 0;
    const perform = (operation: FileOperation): FileAnswer => {
      this.asked.push(operation);
      return this.instead(operation) ?? this.disk.perform(operation);
    };
    const world = { contents: this.contents, healthy: () => this.healthy };
    const hears = (output: UpdaterOutput) => this.said.push(output);
    return runModelSession(
      updater(announces(this.offered)),
      { command, policy: this.policy },
      { disk: { perform }, world, hears },
    );
  }

  get states(): string[] {
    return this.said.flatMap((output) => (output.type === "state" ? [output.state] : []));
  }

  get current(): string | undefined {
    const node = this.disk.at("current");
    return node?.kind === "link" ? node.target : undefined;
  }

  get versions(): string[] {
    const listed = this.disk.perform({ do: "list", path: "versions" });
    return "ok" in listed && listed.ok === "entries" ? listed.entries.map(({ name }) => name) : [];
  }

  get journal(): Journal {
    return readJournal(this.text(JOURNAL));
  }

  text(path: string): string {
    const node = this.disk.at(path);
    return node?.kind === "file" ? new TextDecoder().decode(node.bytes) : "";
  }

  /** Somebody or something writes into a file behind the updater's back. */
  overwrite(path: string, text: string): void {
    this.disk.perform({ do: "remove", path });
    this.disk.perform({ do: "create", path, text, mode: 0o644 });
  }
}
