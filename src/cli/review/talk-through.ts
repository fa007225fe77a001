import { FieldtapeError } from "../../errors.ts";
import type { Cluster } from "../../scenarios/differences/cluster.ts";
import type { Decisions } from "../../scenarios/review/decisions.ts";
import { type ClusterWordsOptions, clusterWords } from "../cluster-words.ts";
import { failure } from "../failure.ts";
import { inputLines } from "../input-lines.ts";
import { REVIEW_HELP, type ReviewTalk, talk } from "./review-talk.ts";

export interface TalkThroughOptions extends ClusterWordsOptions {
  readonly decisions: Decisions;
  readonly signal: AbortSignal;
  print(text: string): Promise<void>;
  say(text: string): void;
}

/**
 * A review by commands from standard input, a line each.
 *
 * @returns what is to be written; `undefined`: it was left, or the input ended before `write`
 */
export async function talkThrough(
  clusters: readonly Cluster[],
  { decisions, signal, print, say, differencesOf }: TalkThroughOptions,
): Promise<Decisions | undefined> {
  let state: ReviewTalk = { clusters, decisions, cause: 0 };
  const show = async (what: "cause" | "cases" | "list" | "help"): Promise<void> => {
    if (what === "help") say(REVIEW_HELP);
    else await print(`${wordsOf(state, what, { differencesOf }).join("\n")}\n`);
  };
  await show("cause");
  for await (const line of inputLines(signal)) {
    try {
      const outcome = talk(state, line);
      state = outcome.talk;
      if (outcome.type !== "on") return outcome.type === "write" ? state.decisions : undefined;
      await show(outcome.say);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      say(failure(thrown, false).words);
    }
  }
  return undefined;
}

function wordsOf(state: ReviewTalk, what: "cause" | "cases" | "list", options: ClusterWordsOptions): readonly string[] {
  const { clusters, cause, decisions } = state;
  const cluster = clusters[cause];
  if (cluster === undefined) return [];
  if (what === "cases") return cluster.cases;
  if (what === "list") return clusters.map((one, index) => listLine(one, index, state));
  const note = decisions.notes.get(cluster.id);
  return [
    `cause ${cause + 1} of ${clusters.length}, ${decidedWords(cluster, decisions)}`,
    ...clusterWords(cluster, options),
    ...(note === undefined ? [] : [`note: ${note}`]),
  ];
}

function listLine(cluster: Cluster, index: number, { cause, decisions }: ReviewTalk): string {
  const { signature, cases } = cluster;
  const here = index === cause ? ">" : " ";
  return `${here} ${index + 1}  ${decidedWords(cluster, decisions)}  ${cases.length} cases  ${signature}`;
}

function decidedWords({ id }: Cluster, { decided }: Decisions): string {
  const decision = decided.get(id);
  if (decision === undefined) return "open";
  return `${decision.type === "accept" ? "accepted" : "rejected"}: ${decision.reason}`;
}
