import type { Fixes } from '../../model/fixes.js';
import type { Position } from '../../model/position.js';
import type { Vehicle } from '../../model/vehicle.js';
import { ascii, TextWriter } from '../output/text-writer.js';
import { GAP_MS, hasPlace, type TrackFormat } from './format.js';

/** GPX 1.1, with speed (m/s) and course in Garmin's TrackPointExtension v2, which most tools read. */
export const gpxTrack: TrackFormat = {
  contentType: 'application/gpx+xml; charset=utf-8',
  extension: 'gpx',
  tellsCut: false,
  async *write(batches, { vehicle }) {
    yield GPX_HEAD;
    yield* gpxTrk(batches, vehicle);
    yield GPX_TAIL;
  },
};

export const GPX_HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<gpx version="1.1" creator="cheji" xmlns="http://www.topografix.com/GPX/1/1" ' +
  'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">\n';
export const GPX_TAIL = '</gpx>\n';

/** One for every track: what a batch becomes is written and taken at once, with no pause in which another could write. */
const out = new TextWriter();

/** One vehicle of a GPX file; a segment for each stretch without a gap. */
export async function* gpxTrk(batches: AsyncIterable<Fixes>, vehicle: Vehicle): AsyncIterable<string | Uint8Array> {
  yield `<trk><name>${xml(vehicle.plate ?? vehicle.id)}</name><trkseg>\n`;
  let lastTime = NaN;
  for await (const batch of batches) {
    for (const p of batch) {
      if (!hasPlace(p)) continue;
      if (p.fixTime - lastTime > GAP_MS) out.raw(NEXT_SEGMENT);
      lastTime = p.fixTime;
      writePoint(out, p);
    }
    yield out.take();
  }
  yield '</trkseg></trk>\n';
}

const NEXT_SEGMENT = ascii('</trkseg><trkseg>\n');
const LAT = ascii('<trkpt lat="');
const LON = ascii('" lon="');
const PLACED = ascii('">');
const ALTITUDE = [ascii('<ele>'), ascii('</ele>')];
const TIME = [ascii('<time>'), ascii('</time>')];
const SPEED = [ascii('<gpxtpx:speed>'), ascii('</gpxtpx:speed>')];
const COURSE = [ascii('<gpxtpx:course>'), ascii('</gpxtpx:course>')];
const EXTENSION = [
  ascii('<extensions><gpxtpx:TrackPointExtension>'),
  ascii('</gpxtpx:TrackPointExtension></extensions>'),
];
const END = ascii('</trkpt>\n');

function writePoint(out: TextWriter, p: Position): void {
  out.raw(LAT).decimal(p.lat, 7).raw(LON).decimal(p.lon, 7).raw(PLACED);
  writeKnown(out, p.altitudeM, 0, ALTITUDE);
  out.raw(TIME[0]).utc(p.fixTime).raw(TIME[1]);
  if (Number.isFinite(p.speedKmh) || Number.isFinite(p.headingDeg)) {
    out.raw(EXTENSION[0]);
    writeKnown(out, p.speedKmh / 3.6, 2, SPEED);
    writeKnown(out, p.headingDeg, 0, COURSE);
    out.raw(EXTENSION[1]);
  }
  out.raw(END);
}

function writeKnown(out: TextWriter, value: number, digits: number, [open, close]: Uint8Array[]): void {
  if (Number.isFinite(value)) out.raw(open).decimal(value, digits).raw(close);
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text for XML: markup escaped, and the control characters that XML 1.0 cannot hold left out. */
function xml(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]/gu, '').replace(/[&<>"']/g, (c) => ENTITIES[c]);
}
