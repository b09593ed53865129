import type { Position } from '../../model/position.js';
import { RECORD_SEPARATOR } from '../../model/record-separator.js';
import { msToRfc3339 } from '../../model/units.js';
import { ascii, TextWriter } from '../output/text-writer.js';
import { GAP_MS, hasPlace, type TrackFormat } from './format.js';

/** A line without a gap: its coordinates as finished pieces of text, and the time of each. */
interface Segment {
  coordinates: Uint8Array[];
  times: number[];
}

/** One for every track: what a batch becomes is written and taken at once, with no pause in which another could write. */
const out = new TextWriter();

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
    /** What is written goes to the segment that it is of. */
    const flush = () => out.length > 0 && segments[segments.length - 1].coordinates.push(out.take());
    let lastTime = NaN;
    for await (const batch of batches) {
      for (const p of batch) {
        if (!hasPlace(p)) continue;
        if (!(p.fixTime - lastTime <= GAP_MS)) {
          flush();
          segments.push({ coordinates: [], times: [] });
        }
        lastTime = p.fixTime;
        const { times } = segments[segments.length - 1];
        if (times.length > 0) out.raw(COMMA);
        writeCoordinate(out, p);
        times.push(p.fixTime);
      }
      flush();
    }

    // A line needs two places: a fix alone between two gaps stands still for an instant.
    for (const { coordinates, times } of segments) {
      if (times.length > 1) continue;
      coordinates.push(COMMA, coordinates[0]);
      times.push(times[0]);
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
      yield* segment.coordinates;
      yield ']';
    }
    yield `${many ? ']' : ''}},"properties":${properties},"times":${many ? '[' : ''}`;
    for (const [i, segment] of segments.entries()) yield (i > 0 ? ',' : '') + JSON.stringify(segment.times);
    yield `${many ? ']' : ''}}}`;
  },
};

const COMMA = ascii(',');
const OPEN = ascii('[');
const CLOSE = ascii(']');

function writeCoordinate(out: TextWriter, p: Position): void {
  out.raw(OPEN).decimal(p.lon, 7).raw(COMMA).decimal(p.lat, 7);
  if (Number.isFinite(p.altitudeM)) out.raw(COMMA).decimal(p.altitudeM, 0);
  out.raw(CLOSE);
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
