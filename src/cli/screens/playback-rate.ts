import { RATE_MAX, RATE_MIN } from "../../time/playback-anchor.ts";

const STEPS = [1, 2, 5] as const;

/** …, 0.5, 1, 2, 5, 10, …: the next one in the direction, or the last there is. */
export function nextRate(rate: number, direction: "faster" | "slower"): number {
  const rates = allRates();
  // What was computed from decimal fractions is never quite equal.
  const near = 1e-9 * rate;
  const next =
    direction === "faster" ? rates.find((one) => one > rate + near) : rates.findLast((one) => one < rate - near);
  return next ?? (direction === "faster" ? RATE_MAX : RATE_MIN);
}

function allRates(): readonly number[] {
  const rates: number[] = [];
  for (let decade = -3; decade <= 6; decade += 1) {
    for (const step of STEPS) rates.push(decade < 0 ? step / 10 ** -decade : step * 10 ** decade);
  }
  return rates.filter((rate) => rate >= RATE_MIN && rate <= RATE_MAX);
}
