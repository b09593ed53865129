import { jsonNumber, type Position } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import { GAP_MS, hasPlace, type TrackFormat } from './format.js';

/** A line without a gap: its coordinates as finished text, and the time of each. */
interface Segment {
  coordinates: string[];
  count: number;
  times: number[];
}

/**
 * One Feature (RFC 7946): a LineString, or a MultiLineString where the track has gaps; `properties.times` has the epoch
 * ms of every coordinate in the same nesting. The type stands before the coordinates and the times behind them, so the
 * track is held, at about 40 bytes per fix, before it is written.
 */
export const geojsonTrack: TrackFormat = {
  contentType: 'application/geo+json; charset=utf-8',
  extension: 'geojson',
  tellsCut: false,
  async *write(batches, { vehicle, from, to }) {
    const segments: Segment[] = [];
    let lastTime = NaN;
    for await (const batch of batches) {
      let fresh: string[] = [];
      for (const p of batch) {
        if (!hasPlace(p)) continue;
        if (!(p.fixTime - lastTime <= GAP_MS)) {
          flush(segments, fresh);
          fresh = [];
          segments.push({ coordinates: [], count: 0, times: [] });
        }
        lastTime = p.fixTime;
        fresh.push(coordinate(p));
        segments[segments.length - 1].times.push(p.fixTime);
      }
      flush(segments, fresh);
    }

    // A line needs two places: a fix alone between two gaps stands still for an instant.
    for (const segment of segments) {
      if (segment.count > 1) continue;
      segment.coordinates.push(segment.coordinates[0]);
      segment.times.push(segment.times[0]);
    }
    const properties = JSON.stringify({
      vehicleId: vehicle.id,
      plate: vehicle.plate,
      from: msToRfc3339(from),
      to: msToRfc3339(to),
    }).slice(0, -1);
    const many = segments.length > 1;
    if (segments.length === 0) {
      yield `{"type":"Feature","geometry":null,"properties":${properties},"times":[]}}`;
      return;
    }
    yield `{"type":"Feature","geometry":{"type":"${many ? 'MultiLineString' : 'LineString'}","coordinates":${many ? '[' : ''}`;
    for (const [i, segment] of segments.entries()) {
      yield i > 0 ? ',[' : '[';
      for (const [j, text] of segment.coordinates.entries()) yield j > 0 ? `,${text}` : text;
      yield ']';
    }
    yield `${many ? ']' : ''}},"properties":${properties},"times":${many ? '[' : ''}`;
    for (const [i, segment] of segments.entries()) yield (i > 0 ? ',' : '') + JSON.stringify(segment.times);
    yield `${many ? ']' : ''}}}`;
  },
};

function flush(segments: Segment[], fresh: string[]): void {
  if (fresh.length === 0) return;
  const segment = segments[segments.length - 1];
  segment.coordinates.push(fresh.join(','));
  segment.count += fresh.length;
}

function coordinate(p: Position): string {
  const altitude = jsonNumber(p.altitudeM, 0);
  const place = `${jsonNumber(p.lon, 7)},${jsonNumber(p.lat, 7)}`;
  return altitude === null ? `[${place}]` : `[${place},${altitude}]`;
}

/** The same Feature as a sequence of one (RFC 8142), which tools can read from many files joined. */
export const geojsonSeqTrack: TrackFormat = {
  contentType: 'application/geo+json-seq',
  extension: 'geojsonl',
  tellsCut: false,
  async *write(batches, context) {
    yield RECORD_SEPARATOR;
    yield* geojsonTrack.write(batches, context);
    yield '\n';
  },
};

export const RECORD_SEPARATOR = '\x1e';
