import { expect, test } from "vitest";
import { type ModelEnd, runModelSession } from "../../../src/ota/crash/model-session.ts";
import { announces } from "../../../src/ota/crash/sample-releases.ts";
import { type Updater, updater } from "../../../src/ota/update/updater.ts";
import { DEFAULT_POLICY, type UpdaterOutput } from "../../../src/ota/update/updater-talk.ts";
import { Device, releases } from "./device.ts";

const update = { name: "update" } as const;

/** Somebody wants to stop while the answer to an ask is on its way. */
function cancelledAt(ask: number): Updater {
  const inner = updater(announces(releases.second));
  return {
    ...inner,
    step(state, input, at) {
      if (input.type !== "answer" || input.ask !== ask) return inner.step(state, input, at);
      const { state: told, outputs } = inner.step(state, { type: "cancel" }, at);
      const after = inner.step(told, input, at);
      return { state: after.state, outputs: [...outputs, ...after.outputs] };
    },
  };
}

/** What was asked and neither withdrawn nor followed by anything: at the end of a session, nothing. */
function openAtEnd(said: readonly UpdaterOutput[]): UpdaterOutput[] {
  const last = said.findLastIndex(({ type }) => type === "ask");
  const rest = said.slice(last);
  return rest.some(({ type }) => type === "withdraw") ? [] : rest.filter(({ type }) => type === "ask");
}

function cancelled(device: Device, ask: number): { end: ModelEnd; states: string[]; open: UpdaterOutput[] } {
  const said: UpdaterOutput[] = [];
  let open: UpdaterOutput[] = [];
  const machine = cancelledAt(ask);
  const watched: Updater = {
    ...machine,
    step(state, input, at) {
      const step = machine.step(state, input, at);
      if (step.outputs.some(({ type }) => type === "end")) open = openAtEnd(step.outputs);
      return step;
    },
  };
  const world = { contents: device.contents, healthy: () => true };
  const hears = (output: UpdaterOutput): void => void said.push(output);
  const end = runModelSession(
    watched,
    { command: update, policy: DEFAULT_POLICY },
    { disk: device.disk, world, hears },
  );
  return { end, states: said.flatMap((output) => (output.type === "state" ? [output.state] : [])), open };
}

test("whoever stops an update before it switches keeps the old version, and what was fetched; after that it goes to its end", () => {
  const reasons = new Map<string, number>();
  for (let ask = 1; ; ask += 1) {
    const device = Device.installed();
    const { end, states, open } = cancelled(device, ask);
    if (ask > 40) expect.unreachable("it never ends");
    const told = JSON.stringify(end);
    reasons.set(told, (reasons.get(told) ?? 0) + 1);
    expect(open, `ask ${ask}: nothing is left open`).toEqual([]);
    if (states.includes("switching")) {
      expect(end).toEqual({ type: "end", outcome: "committed" });
      break;
    }
    expect(end, `ask ${ask}`).toMatchObject({ type: "end", reason: "cancelled" });
    expect(device.current).toBe("versions/1.0.0");
    expect(device.versions.filter((name) => name.startsWith("."))).toEqual([]);
    expect(device.session(update), "another time it is done").toEqual({ type: "end", outcome: "committed" });
  }
  expect([...reasons.keys()].toSorted()).toEqual([
    '{"type":"end","outcome":"committed"}',
    '{"type":"end","outcome":"failed","reason":"cancelled"}',
    '{"type":"end","outcome":"staged","reason":"cancelled"}',
  ]);
});
