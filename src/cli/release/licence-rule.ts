/**
 * Whether an SPDX licence expression (SPDX 2.3, annex D) can be met with licences of the list: of an `OR` one side is enough, of an
 * `AND` both are needed, and `A WITH B` is a licence of its own. What is no expression is not allowed.
 */
export function isLicenceAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = (): boolean => {
    let holds = both();
    while (tokens[at] === "OR") {
      at += 1;
      holds = both() || holds;
    }
    return holds;
  };
  const both = (): boolean => {
    let holds = one();
    while (tokens[at] === "AND") {
      at += 1;
      holds = one() && holds;
    }
    return holds;
  };
  const one = (): boolean => {
    const token = tokens[at];
    at += 1;
    if (token === "(") {
      const holds = either();
      at += 1;
      return holds && tokens[at - 1] === ")";
    }
    if (token === undefined || !/^[A-Za-z0-9.+-]+$/.test(token) || KEYWORDS.has(token)) return false;
    if (tokens[at] !== "WITH") return allowed.has(token);
    at += 2;
    return allowed.has(`${token} WITH ${tokens[at - 1]}`);
  };
  // Parentheses nest as deep as the text is long: bounded before it is read.
  return expression.length <= EXPRESSION_MAX && either() && at === tokens.length;
}

const EXPRESSION_MAX = 500;
const KEYWORDS: ReadonlySet<string> = new Set(["AND", "OR", "WITH"]);
