import { z } from 'zod';
import { DATUMS } from '../model/datum.js';
import { key, list, optional, pairs, text, wholeNumber } from './key.js';

/** Sources whose coordinates may refer to something else; those of MQTT say it by topic. */
const DATUM_SOURCES = ['jt808', 'jt905', 'http', 'file'] as const;

/** What is made of positions before any rule looks at them. */
export const positionKeys = {
  /** Files that are dropped there are imported. */
  watchDir: optional('CHEJI_WATCH_DIR', 'a directory whose files are imported; empty for none', text),
  timePolicy: key('CHEJI_TIME_POLICY', 'live', 'live or replay', z.enum(['live', 'replay'])),
  /** West, south, east, north in degrees; fixes more than 50 km outside are marked. */
  region: optional('CHEJI_REGION', 'west,south,east,north in degrees', list.transform(bbox)),
  /** A vehicle that was heard within this many seconds is online. */
  onlineSeconds: key('CHEJI_ONLINE_SECONDS', '300', 'seconds, 10–86400', wholeNumber(10, 86_400)),
  /** The same of ships, which report every few minutes at anchor. */
  vesselOnlineSeconds: key('CHEJI_VESSEL_ONLINE_SECONDS', '1800', 'seconds, 10–86400', wholeNumber(10, 86_400)),
  /** What coordinates refer to, of sources where it is not WGS-84. */
  sourceDatums: key(
    'CHEJI_SOURCE_DATUM',
    '',
    `what coordinates refer to where it is not WGS-84, source=datum,… with ${DATUM_SOURCES.join(', ')} and ${DATUMS.join(', ')}`,
    pairs.pipe(z.partialRecord(z.enum(DATUM_SOURCES), z.enum(DATUMS))),
  ),
};

function bbox(edges: string[], context: z.RefinementCtx): [number, number, number, number] {
  const [west, south, east, north, ...rest] = edges.map(Number);
  const good =
    rest.length === 0 && west >= -180 && east <= 180 && west < east && south >= -90 && north <= 90 && south < north;
  if (!good) context.addIssue({ code: 'custom' });
  return [west, south, east, north];
}
