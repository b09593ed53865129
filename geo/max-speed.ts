const KMH_PER_MPH = 1.609344;
const MAX_KMH = 300;

/**
 * Words of OpenStreetMap that mean a figure. China: 道路交通安全法实施条例 art. 45 (one lane each way: 50 in towns, 70 outside)
 * and art. 78 (120 on motorways). A walking pace is 4 to 7 km/h where courts had to say; the most is taken.
 */
const WORDS: Record<string, number> = {
  none: Infinity,
  walk: 7,
  'CN:urban': 50,
  'CN:rural': 70,
  'CN:motorway': 120,
  // The figure stands on the sign of the moment, and is not known here.
  signals: NaN,
  variable: NaN,
};

/** What may be written, for people. */
export const MAX_SPEED_FORMS = `a number of km/h from 1 to ${MAX_KMH}, one with "mph", or one of ${Object.keys(WORDS).join(', ')}`;

/**
 * km/h of a tag such as `maxspeed`: `60`, `60 km/h`, `40 mph`, `CN:urban`, `none` (Infinity), `signals` (NaN: there is one, and it
 * is not known). Undefined where that cannot be understood.
 */
export function maxSpeedKmh(tag: unknown): number | undefined {
  const text = String(tag).trim();
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  const [, figure, unit] = /^(\d{1,3}(?:\.\d+)?)\s*(km\/h|kmh|kph|mph)?$/i.exec(text) ?? [];
  const kmh = Number(figure) * (unit?.toLowerCase() === 'mph' ? KMH_PER_MPH : 1);
  return kmh >= 1 && kmh <= MAX_KMH ? Math.round(kmh) : undefined;
}
