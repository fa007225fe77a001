import { nearestWords } from "./nearest-word.ts";

/** Something that a person wrote is not as it should be. */
export interface ShapeProblem {
  /** Where: keys and places in lists from the top. */
  readonly path: readonly (string | number)[];
  /** What is wrong there, in words that go behind the key. */
  readonly message: string;
}

/** What a schema found, as far as words are made of it. */
export interface ShapeIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly origin?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean | undefined;
  readonly pattern?: string | undefined;
  readonly divisor?: number;
  readonly errors?: readonly (readonly ShapeIssue[])[];
  readonly issues?: readonly ShapeIssue[];
}

export interface Shape {
  /** What was read. */
  readonly value: unknown;
  /** Its schema as JSON Schema, for the keys that there are. */
  readonly schema: unknown;
  /** What it is the configuration of: `is no key of a scenario`. */
  readonly of: string;
}

/** The words of a schema library itself; others were written for the person. */
const STOCK = /^(Invalid |Too big|Too small|Unrecognized )/;

/** In plain words. A misspelt key is why another one seems to be missing: it is named first. */
export function shapeProblems(issues: readonly ShapeIssue[], shape: Shape): readonly ShapeProblem[] {
  const problems = issues.flatMap((issue) => problemsOf(issue, [], shape));
  const unknown = ({ message }: ShapeProblem): number => Number(message.startsWith("is no key of"));
  return problems.toSorted((a, b) => unknown(b) - unknown(a));
}

function problemsOf(issue: ShapeIssue, above: ShapeProblem["path"], shape: Shape): readonly ShapeProblem[] {
  const path = [...above, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  if (issue.code === "unrecognized_keys") return (issue.keys ?? []).map((key) => unknownKey([...path, key], shape));
  if (issue.code === "invalid_union" && (issue.errors?.length ?? 0) > 0) return ofUnion(issue, path, shape);
  const [inner] = issue.issues ?? [];
  const message = inner === undefined ? words(issue, path, shape) : words(inner, [...path, "?"], shape);
  return [{ path, message }];
}

function unknownKey(path: ShapeProblem["path"], { schema, of }: Shape): ShapeProblem {
  const near = nearestWords(String(path.at(-1)), keysAt(schema, path.slice(0, -1)));
  const meant = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return { path, message: `is no key of ${of}${meant}` };
}

/** What is wrong with the form that was probably meant: the one with the fewest problems. */
function ofUnion(
  { errors = [], message }: ShapeIssue,
  path: ShapeProblem["path"],
  shape: Shape,
): readonly ShapeProblem[] {
  const forms = errors.map((issues) => issues.flatMap((issue) => problemsOf(issue, path, shape)));
  const nearest = forms.reduce((best, next) => (next.length < best.length ? next : best));
  // No form was begun: what was written for all of them says more than one of them does.
  const begun = nearest.every((problem) => problem.path.length > path.length && problem.message !== MISSING);
  return STOCK.test(message) || begun ? nearest : [{ path, message }];
}

const MISSING = "is missing";

function words(issue: ShapeIssue, path: ShapeProblem["path"], { value }: Shape): string {
  if (!STOCK.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return at(value, path) === undefined ? MISSING : `must be ${KINDS[issue.expected ?? ""] ?? issue.expected}`;
    case "invalid_value":
      return at(value, path) === undefined ? MISSING : oneOf(issue.values ?? []);
    case "too_small":
      return bound(issue, issue.minimum, issue.inclusive === false ? "more than" : "at least");
    case "too_big":
      return bound(issue, issue.maximum, issue.inclusive === false ? "less than" : "at most");
    case "invalid_format":
      return issue.pattern === undefined ? "is not written as it should be" : `must match ${issue.pattern}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    default:
      return "is not as it should be";
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

function oneOf(values: readonly unknown[]): string {
  const [only] = values;
  return values.length === 1 ? `must be ${JSON.stringify(only)}` : `must be one of: ${values.map(String).join(", ")}`;
}

function bound({ origin }: ShapeIssue, limit: number | bigint | undefined, compared: string): string {
  if (origin === "string")
    return limit === 1 && compared === "at least" ? "must not be empty" : `must have ${compared} ${limit} characters`;
  if (origin === "array" || origin === "set" || origin === "map") return `must have ${compared} ${limit} entries`;
  return `must be ${compared} ${limit}`;
}

function at(value: unknown, path: ShapeProblem["path"]): unknown {
  return path.reduce<unknown>((inside, part) => member(inside, String(part)), value);
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** The keys that a JSON Schema has at a path, in all its forms. */
function keysAt(schema: unknown, path: ShapeProblem["path"]): readonly string[] {
  const forms = [schema, ...list(member(schema, "anyOf")), ...list(member(schema, "oneOf"))];
  const [first, ...rest] = path;
  if (first === undefined) return forms.flatMap((form) => Object.keys(member(form, "properties") ?? {}));
  return forms.flatMap((form) => {
    const named = member(member(form, "properties"), String(first));
    const inner = named ?? member(form, typeof first === "number" ? "items" : "additionalProperties");
    return inner === undefined ? [] : keysAt(inner, rest);
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
