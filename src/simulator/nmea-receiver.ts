import { xor8 } from "../bytes/checksum.ts";
import type { Device } from "./device.ts";
import { type PeriodicState, periodic } from "./periodic.ts";

/** A GNSS receiver (NMEA 0183) on a boat that sails north-east: RMC, GGA and, each fifth time, GSV. Every eleventh RMC is void: no fix. */
export const nmeaReceiver: Device<PeriodicState> = periodic("nmea-receiver", (n) => {
  const sentences = [rmc(n), gga(n), ...(n % 5 === 4 ? [gsv(n)] : [])];
  return new TextEncoder().encode(sentences.map(withChecksum).join(""));
});

const two = (value: number): string => String(value).padStart(2, "0");
const clock = (n: number): string =>
  `${two(12 + Math.floor(n / 3600))}${two(Math.floor(n / 60) % 60)}${two(n % 60)}.00`;
/** Minutes of arc in ten-thousandths, from 54°07'. */
const latitude = (n: number): string => `5407.${String(1000 + 37 * n).padStart(4, "0")},N`;
const longitude = (n: number): string => `01205.${String(2000 + 53 * n).padStart(4, "0")},E`;
const noFix = (n: number): boolean => n % 11 === 10;

const rmc = (n: number): string =>
  noFix(n)
    ? `GPRMC,${clock(n)},V,,,,,,,201126,,,N`
    : `GPRMC,${clock(n)},A,${latitude(n)},${longitude(n)},5.2,45.0,201126,,,A`;
const gga = (n: number): string =>
  noFix(n)
    ? `GPGGA,${clock(n)},,,,,0,00,,,M,,M,,`
    : `GPGGA,${clock(n)},${latitude(n)},${longitude(n)},1,08,0.9,3.${n % 10},M,41.2,M,,`;
const gsv = (n: number): string => `GPGSV,1,1,03,05,62,${two(110 + (n % 9))},44,13,31,285,38,30,07,041,`;

function withChecksum(body: string): string {
  const sum = xor8(new TextEncoder().encode(body));
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}
