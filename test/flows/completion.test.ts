import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { needs } from "../needs.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

/** A project with a subject of its own, a tape and a folder, and the script in it. */
async function project(shell: string): Promise<string> {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "package.json"), "{}");
  writeFileSync(join(cwd, "fieldtape.config.json"), '{"subjects":{"cold-store":{"module":"./cold.mjs"}}}');
  writeFileSync(join(cwd, "plc.tape.jsonl"), "");
  mkdirSync(join(cwd, "plc-cases"));
  const { code, stdout } = await fieldtape(["completion", shell], { cwd });
  expect(code).toBe(0);
  writeFileSync(join(cwd, "words.sh"), stdout);
  return cwd;
}

function offered(cwd: string, shell: string, ...args: string[]): string[] {
  const { stdout, stderr } = spawnSync(shell, args, {
    cwd,
    encoding: "utf8",
    timeout: 20_000,
    env: { PATH: process.env["PATH"], HOME: cwd },
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

/** Words of a line that ends where the cursor is, and what must be among the offers, or must not. */
const LINES: readonly (readonly [words: readonly string[], among: readonly string[], not: readonly string[]])[] = [
  [["su"], ["suite"], ["replay"]],
  [["suite", "r"], ["run", "review"], ["merge"]],
  [["ota", "device", "ro"], ["rollback"], ["root"]],
  [["suite", "run", "--re"], ["--result", "--report", "--relations", "--redis"], ["--filter"]],
  [["suite", "run", "--no-c"], ["--no-cache"], ["--cache"]],
  [["suite", "run", "--engine", ""], ["threads", "bullmq"], ["plc.tape.jsonl"]],
  [["replay", "plc.tape.jsonl", "--subject", "mod"], ["modbus-tcp", "modbus-rtu"], ["lines"]],
  [["replay", "plc.tape.jsonl", "--subject", "cold"], ["cold-store"], []],
  [["replay", "pl"], ["plc.tape.jsonl"], []],
  [["completion", ""], ["bash", "zsh", "fish"], ["plc.tape.jsonl"]],
  [["scenario", "new", "--log-level", "d"], ["debug"], ["silent"]],
];

function expectOffers(line: string, offers: readonly string[], among: readonly string[], not: readonly string[]): void {
  expect(offers, line).toEqual(expect.arrayContaining([...among]));
  for (const word of not) expect(offers, line).not.toContain(word);
}

test("bash completes commands, flags, values, subjects and files", async () => {
  const cwd = await project("bash");
  for (const [words, among, not] of LINES) {
    const list = ["fieldtape", ...words].map((word) => `'${word}'`).join(" ");
    const ask = `source ./words.sh; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _fieldtape; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const offers = offered(cwd, "bash", "--norc", "-c", ask);
    expectOffers(words.join(" "), offers, among, not);
  }
});

test("bash completes what stands behind an equals sign, and folders where a folder is wanted", async () => {
  const cwd = await project("bash");
  const ask = (words: string, at: number) =>
    offered(
      cwd,
      "bash",
      "-c",
      `source ./words.sh; COMP_WORDS=(fieldtape ${words}); COMP_CWORD=${at}; _fieldtape; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
  expect(ask("suite run --engine = ''", 5)).toEqual(["threads", "bullmq"]);
  expect(ask("suite run --engine =", 4)).toEqual(["threads", "bullmq"]);
  expect(ask("demo --keep pl", 3)).toEqual(["plc-cases"]);
  expect(ask("suite run --workers ''", 4)).toEqual([]);
  expect(offered(cwd, "bash", "-c", "source ./words.sh; complete -p fieldtape")).toEqual([
    "complete -F _fieldtape fieldtape",
  ]);
});

needs("fish")("fish completes commands, flags, values, subjects and files", async () => {
  const cwd = await project("fish");
  for (const [words, among, not] of LINES) {
    const line = `fieldtape ${words.join(" ")}`;
    const offers = offered(cwd, "fish", "--no-config", "-c", `source ./words.sh; complete -C ${JSON.stringify(line)}`);
    expectOffers(
      line,
      offers.map((offer) => offer.split("\t")[0] ?? ""),
      among,
      not,
    );
  }
});

/** What zsh would show, taken where completion hands it over: `compadd` prints instead. */
const ZSH = `
fpath=($PWD $fpath)
autoload -Uz compinit && compinit -u -d $PWD/known
source ./words.sh
compadd() {
  local -a hits; builtin compadd -A hits "$@"; (( \${#hits} )) && print -l -- $hits >> $PWD/offers
  builtin compadd "$@"
}
comppostfuncs=(done-asking)
done-asking() { exit }
zle -C ask complete-word _main_complete
bindkey '^X' ask
PS1=READY
`;

needs("zsh")("zsh completes commands, flags, values, subjects and files", async () => {
  const cwd = await project("zsh");
  writeFileSync(join(cwd, ".zshrc"), ZSH);
  // Each line is asked in a shell of its own, which takes a second: every other one.
  for (const [words, among, not] of LINES.filter((_, index) => index % 2 === 1)) {
    const line = `fieldtape ${words.join(" ")}`;
    const drive = [
      `zmodload zsh/zpty; zpty z 'cd ${cwd}; ZDOTDIR=${cwd} zsh -i'; zpty -r z seen '*READY*'`,
      `zpty -w -n z '${line}'$'\\x18'; while zpty -r z seen 2>/dev/null; do :; done; cat offers; rm -f offers`,
    ];
    expectOffers(line, offered(cwd, "zsh", "-f", "-c", drive.join("; ")), among, not);
  }
});
