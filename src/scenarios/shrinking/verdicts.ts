/** Which candidates showed what they had to show, by their keys. */
export interface Verdicts {
  of(key: string): boolean | undefined;
  add(key: string, shows: boolean): void;
}
