/** How code that knows nothing of machines is told something: it is a function, or has a method `feed`. */
export type Feed<Input> = Feeding<Input> | ((input: Input) => unknown);

export interface Feeding<Input> {
  feed(input: Input): unknown;
  /** Nothing will follow what was fed. */
  end?(): unknown;
}

export function feedInto<Input>(feed: Feed<Input>, input: Input): unknown {
  return typeof feed === "function" ? feed(input) : feed.feed(input);
}

export function endOf<Input>(feed: Feed<Input>): unknown {
  return typeof feed === "function" ? undefined : feed.end?.();
}
