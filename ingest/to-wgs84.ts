import { datumOf } from '../model/datum.js';
import { wgs84Of } from '../model/datum-shift.js';
import type { Position } from '../model/position.js';

/**
 * Moves a fix from the datum that its flags name to WGS-84: the one place where that is done (coordinates sheet §1). Which
 * datum it was stays in the flags, so that the place as it was sent can be worked out again. Does nothing where it is
 * WGS-84 already, or CGCS2000, which differs from it by less than a metre (§1), nor to a place that is none.
 */
export function toWgs84(p: Position): void {
  const datum = datumOf(p.flags);
  if (datum === 'wgs84' || datum === 'cgcs2000') return;
  if (!(Math.abs(p.lon) <= 180 && Math.abs(p.lat) <= 90) || (p.lon === 0 && p.lat === 0)) return;
  [p.lon, p.lat] = wgs84Of([p.lon, p.lat], datum);
}
