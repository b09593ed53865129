/** Halvings of the way: a 4096th of it is nearer than a receiver knows. */
const HALVINGS = 12;

/**
 * How far along the straight way from one place to another, 0 … 1, a shape's edge is crossed, where one of the two is inside and the
 * other is not. Of several crossings it finds one.
 */
export function edgeBetween(
  contains: (lon: number, lat: number) => boolean,
  from: { lon: number; lat: number },
  to: { lon: number; lat: number },
): number {
  const starts = contains(from.lon, from.lat);
  // The short way round, where that is across 180°.
  const turn = to.lon - from.lon > 180 ? -360 : to.lon - from.lon < -180 ? 360 : 0;
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    const lon = from.lon + (to.lon + turn - from.lon) * middle;
    const at = contains(lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon, from.lat + (to.lat - from.lat) * middle);
    if (at === starts) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
