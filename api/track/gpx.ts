import { jsonNumber, type Position } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
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

/** One vehicle of a GPX file; a segment for each stretch without a gap. */
export async function* gpxTrk(batches: AsyncIterable<readonly Position[]>, vehicle: Vehicle): AsyncIterable<string> {
  yield `<trk><name>${xml(vehicle.plate ?? vehicle.id)}</name><trkseg>\n`;
  let lastTime = NaN;
  for await (const batch of batches) {
    let text = '';
    for (const p of batch) {
      if (!hasPlace(p)) continue;
      if (p.fixTime - lastTime > GAP_MS) text += '</trkseg><trkseg>\n';
      lastTime = p.fixTime;
      text += point(p);
    }
    yield text;
  }
  yield '</trkseg></trk>\n';
}

function point(p: Position): string {
  const altitude = jsonNumber(p.altitudeM, 0);
  const speed = jsonNumber(p.speedKmh / 3.6, 2);
  const course = jsonNumber(p.headingDeg, 0);
  const extension =
    (speed === null ? '' : `<gpxtpx:speed>${speed}</gpxtpx:speed>`) +
    (course === null ? '' : `<gpxtpx:course>${course}</gpxtpx:course>`);
  return (
    `<trkpt lat="${jsonNumber(p.lat, 7)}" lon="${jsonNumber(p.lon, 7)}">` +
    (altitude === null ? '' : `<ele>${altitude}</ele>`) +
    `<time>${msToRfc3339(p.fixTime)}</time>` +
    (extension && `<extensions><gpxtpx:TrackPointExtension>${extension}</gpxtpx:TrackPointExtension></extensions>`) +
    '</trkpt>\n'
  );
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text for XML: markup escaped, and the control characters that XML 1.0 cannot hold left out. */
function xml(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]/gu, '').replace(/[&<>"']/g, (c) => ENTITIES[c]);
}
