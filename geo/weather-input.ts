import { WEATHER_KINDS, type WeatherInput } from '../model/weather.js';
import { parseFence } from './fence-input.js';
import { type Problem, Problems } from './problems.js';

const MAX_VISIBILITY_M = 20_000;
const MAX_KMH = 300;
const MAX_NOTE = 500;

/** Weather as it is sent, its times as RFC 3339. `from` is now where absent. */
export interface WeatherBody {
  kind: WeatherInput['kind'];
  visibility?: number | null;
  limit?: number | null;
  area: unknown;
  from?: string;
  to?: string | null;
  note?: string | null;
}

/** A declaration with everything in it checked, or all that is wrong with it. `now` in epoch ms. */
export function parseWeather(body: WeatherBody, now: number): { weather: WeatherInput } | { problems: Problem[] } {
  const problems = new Problems();
  const { kind, visibility = null, limit = null, note = null } = body;
  if (!WEATHER_KINDS.includes(kind)) problems.add('kind', `must be one of ${WEATHER_KINDS.join(', ')}`);
  if (visibility !== null && !(visibility >= 0 && visibility <= MAX_VISIBILITY_M)) {
    problems.add('visibility', `must be metres, 0 to ${MAX_VISIBILITY_M}`);
  }
  if (limit !== null && !(limit >= 1 && limit <= MAX_KMH)) problems.add('limit', `must be km/h, 1 to ${MAX_KMH}`);
  if (note !== null && note.length > MAX_NOTE) problems.add('note', `is longer than ${MAX_NOTE} characters`);
  const from = body.from === undefined ? now : Date.parse(body.from);
  const to = body.to === undefined || body.to === null ? null : Date.parse(body.to);
  if (to !== null && to <= from) problems.add('to', 'is not after from');
  if (kind !== 'ice' && visibility === null && limit === null) {
    problems.add('visibility', 'is needed, or a limit: without either, weather in the air slows nobody');
  }
  const area = parseFence({ type: 'Feature', geometry: body.area, properties: {} });
  if ('problems' in area) {
    for (const { path, message } of area.problems) problems.add(path.replace(/^geometry/, 'area'), message);
    return { problems: problems.list };
  }
  const { geometry } = area;
  if (geometry.type === 'Polygon' || geometry.type === 'MultiPolygon') {
    if (problems.count === 0) return { weather: { kind, visibility, limit, area: geometry, from, to, note } };
  } else {
    problems.add('area.type', 'must be Polygon or MultiPolygon');
  }
  return { problems: problems.list };
}
