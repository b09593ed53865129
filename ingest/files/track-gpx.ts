import { rfc3339ToMs } from '../../model/units.js';
import { BadFileError } from './bad-file.js';
import { isPlace, type RecordedFix, type TrackItem } from './recorded-fix.js';
import { xmlTokens } from './xml-tokens.js';

const TRACKS = new Set(['trk', 'rte']);
const POINTS = new Set(['trkpt', 'rtept']);
/** What is read of a point: GPX 1.0 has speed and course there, 1.1 in Garmin's TrackPointExtension; both in m/s and degrees. */
const MEMBERS = new Set(['time', 'ele', 'speed', 'course']);
const MS_TO_KMH = 3.6;

/**
 * Fixes of the tracks and routes of a GPX file (1.0, 1.1), `line` being where the point begins. The name of a track is its
 * vehicle, `usual` where it has none. Waypoints are places and no track. Throws BadFileError where the file is no GPX.
 */
export async function* readGpxTracks(file: string, usual: string): AsyncGenerator<TrackItem> {
  let vehicle = usual;
  let point: { line: number; values: Record<string, string> } | null = null;
  let path: string[] = [];
  let text = ''; // of the element in hand
  for await (const token of xmlTokens(file)) {
    if (token.kind === 'open') {
      const { name, line, attributes } = token;
      if (path.length === 0 && name !== 'gpx') throw new BadFileError(`${file}:${line}: <${name}> is not <gpx>`);
      path = [...path, name];
      text = '';
      if (TRACKS.has(name)) vehicle = usual;
      else if (POINTS.has(name)) point = { line, values: { lon: attributes.lon ?? '', lat: attributes.lat ?? '' } };
    } else if (token.kind === 'close') {
      const { name } = token;
      path = path.slice(0, -1);
      if (point !== null && MEMBERS.has(name)) point.values[name] = text.trim();
      else if (point === null && name === 'name' && TRACKS.has(path[path.length - 1])) vehicle = text.trim() || usual;
      if (point !== null && POINTS.has(name)) {
        yield itemOf(point.line, vehicle, point.values);
        point = null;
      }
      text = '';
    } else {
      text += token.text;
    }
  }
}

function itemOf(line: number, vehicle: string, values: Record<string, string>): TrackItem {
  const { time = '', lon, lat } = values;
  const number = (text: string | undefined) => (text === undefined || text === '' ? Number.NaN : Number(text));
  const fix: RecordedFix = {
    time: rfc3339ToMs(time),
    lon: number(lon),
    lat: number(lat),
    speedKmh: number(values.speed) * MS_TO_KMH,
    headingDeg: number(values.course),
    altitudeM: number(values.ele),
    mileageKm: Number.NaN,
  };
  if (!isPlace(fix.lon, fix.lat)) return { line, reason: `lon "${lon}" lat "${lat}" is no place` };
  if (time === '') return { line, reason: 'a point without a time' };
  if (Number.isNaN(fix.time)) return { line, reason: `time "${time}" is not a time` };
  return { line, vehicle, fix };
}
