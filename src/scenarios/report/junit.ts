import { type CaseOutcome, type CaseResult, verdict } from "../case-result.ts";
import { withEntities } from "./entities.ts";
import { outcomeText } from "./outcome-text.ts";

/**
 * A run as JUnit XML, as the schema that CI servers share has it: one `testsuite` for each folder of the corpus. A difference is a
 * `failure`, what could not be run an `error`, what is in quarantine `skipped`. No wall times: the same run gives the same bytes.
 */
export function junitReport(results: readonly CaseResult[]): string {
  const body = [...grouped(results)].map(([name, cases]) => suiteElement(name, cases)).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="fieldtape"${counts(results)}>\n${body}</testsuites>\n`;
}

function grouped(results: readonly CaseResult[]): Map<string, CaseResult[]> {
  const suites = new Map<string, CaseResult[]>();
  for (const result of results) {
    const name = suiteOf(result);
    const cases = suites.get(name) ?? [];
    suites.set(name, cases);
    cases.push(result);
  }
  return suites;
}

function suiteOf({ name }: CaseResult): string {
  const parts = name.split("/");
  return parts.length === 1 ? "corpus" : parts.slice(0, -1).join("/");
}

function suiteElement(name: string, cases: readonly CaseResult[]): string {
  const elements = cases.map((result) => caseElement(name, result)).join("");
  return `  <testsuite name="${escaped(name)}"${counts(cases)} skipped="${cases.filter(isSkipped).length}">\n${elements}  </testsuite>\n`;
}

function counts(cases: readonly CaseResult[]): string {
  const counting = cases.filter((result) => !isSkipped(result));
  const failures = counting.filter(({ outcome }) => kindOf(outcome) === "failure").length;
  const errors = counting.filter(({ outcome }) => kindOf(outcome) === "error").length;
  return ` tests="${cases.length}" failures="${failures}" errors="${errors}"`;
}

function caseElement(suite: string, result: CaseResult): string {
  const { name, outcome } = result;
  const open = `    <testcase name="${escaped(name)}" classname="${escaped(suite.replaceAll("/", "."))}"`;
  const kind = kindOf(outcome);
  if (kind === undefined) return `${open}/>\n`;
  const text = escaped(outcomeText(outcome));
  const word = escaped(verdict(outcome));
  if (isSkipped(result))
    return `${open}>\n      <skipped message="${word}, in quarantine"/>\n      <system-out>${text}</system-out>\n    </testcase>\n`;
  return `${open}>\n      <${kind} message="${escaped(firstLine(outcomeText(outcome)))}" type="${word}">${text}</${kind}>\n    </testcase>\n`;
}

function kindOf(outcome: CaseOutcome): "failure" | "error" | undefined {
  switch (outcome.type) {
    case "passed":
      return undefined;
    case "different":
    case "unmet":
    case "broken":
    case "unstable":
    case "new":
      return "failure";
    default:
      return "error";
  }
}

function isSkipped({ quarantine }: CaseResult): boolean {
  return quarantine?.expired === false;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** XML 1.0, 2.2: what is no character of XML cannot even be escaped; it is written as `\u{…}`. */
function escaped(text: string): string {
  const sayable = text
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g,
      (c) => `\\u{${c.charCodeAt(0).toString(16)}}`,
    );
  return withEntities(sayable);
}
