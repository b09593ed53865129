import module from 'gcoord';
import type { Datum } from './datum.js';

/** What Node imports by default is the whole module, where the package's types expect its default export. */
const gcoord = module as unknown as typeof module.default;

export type Place = [lon: number, lat: number];

/** What maps are drawn in. CGCS2000 is within a metre of WGS-84, and not told from it (coordinates sheet §1). */
export type DrawnDatum = Exclude<Datum, 'cgcs2000'>;

/** What is the same for two datums on a map needs to be worked out only once. */
export function drawnAs(datum: Datum): DrawnDatum {
  return datum === 'cgcs2000' ? 'wgs84' : datum;
}

/** As fine as the log keeps places: about a centimetre. */
const PER_DEGREE = 1e7;
const CLOSE_ENOUGH = 0.1 / PER_DEGREE; // degrees
/** Each step leaves some hundredth of the error: four are enough anywhere but at the edge of the box. */
const MOST_STEPS = 10;

/** Within 0.02 m of GCJ-02 and 0.3 m of BD-09; outside China GCJ-02 is WGS-84, while BD-09 is moved everywhere. */
export function wgs84Of(sent: Place, datum: Datum): Place {
  const drawn = drawnAs(datum);
  if (drawn === 'wgs84') return sent;
  return rounded(fromGcj02(drawn === 'bd09' ? gcoord.transform(sent, gcoord.BD09, gcoord.GCJ02) : sent));
}

/** A place in WGS-84 as maps of another datum draw it (coordinates sheet §1). */
export function placeIn(datum: Datum, place: Place): Place {
  const drawn = drawnAs(datum);
  if (drawn === 'wgs84') return place;
  return rounded(gcoord.transform(place, gcoord.WGS84, drawn === 'bd09' ? gcoord.BD09 : gcoord.GCJ02));
}

function rounded([lon, lat]: Place): Place {
  return [Math.round(lon * PER_DEGREE) / PER_DEGREE, Math.round(lat * PER_DEGREE) / PER_DEGREE];
}

/**
 * The place that GCJ-02 moves to `sent`, step by step. gcoord's own inverse goes on until it is near, and at the western
 * and southern edges of the box, beyond which nothing is moved, that is for ever: a bad coordinate must not stop us.
 */
function fromGcj02(sent: Place): Place {
  let [lon, lat] = sent;
  for (let step = 0; step < MOST_STEPS; step++) {
    const [gcjLon, gcjLat] = gcoord.transform<Place>([lon, lat], gcoord.WGS84, gcoord.GCJ02);
    const east = gcjLon - sent[0];
    const north = gcjLat - sent[1];
    if (Math.abs(east) < CLOSE_ENOUGH && Math.abs(north) < CLOSE_ENOUGH) break;
    lon -= east;
    lat -= north;
  }
  return [lon, lat];
}
