import { distanceM } from '../../geo/distance.js';
import type { TerminalFix } from './terminal-messages.js';

const RADIANS = Math.PI / 180;

/** Fills in the speed and heading that a recording does not give, from each fix and the one before it. */
export function withMotion(fixes: TerminalFix[]): void {
  for (let i = 0; i < fixes.length; i++) {
    const fix = fixes[i];
    const before = fixes[i - 1];
    const metres = before ? distanceM(before.lon, before.lat, fix.lon, fix.lat) : 0;
    const seconds = before ? (fix.time - before.time) / 1000 : 0;
    if (Number.isNaN(fix.speedKmh)) fix.speedKmh = seconds > 0 ? (metres / seconds) * 3.6 : 0;
    if (Number.isNaN(fix.headingDeg)) fix.headingDeg = metres > 0 ? bearingDeg(before, fix) : (before?.headingDeg ?? 0);
  }
}

/** Bearing at the start of the great circle from `a` to `b`: whole degrees 0–359, clockwise from true north. */
function bearingDeg(a: TerminalFix, b: TerminalFix): number {
  const dLon = (b.lon - a.lon) * RADIANS;
  const north =
    Math.cos(a.lat * RADIANS) * Math.sin(b.lat * RADIANS) -
    Math.sin(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * Math.cos(dLon);
  const east = Math.sin(dLon) * Math.cos(b.lat * RADIANS);
  return Math.round(Math.atan2(east, north) / RADIANS + 360) % 360;
}
