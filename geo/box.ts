/** West, south, east, north in degrees; closed: its edges belong to it. `maxX` may pass 180 where a shape does. */
export interface Box {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

export function boxContains(box: Box, lon: number, lat: number): boolean {
  return lon >= box.minX && lon <= box.maxX && lat >= box.minY && lat <= box.maxY;
}

export function boxesTouch(a: Box, b: Box): boolean {
  return a.minX <= b.maxX && a.maxX >= b.minX && a.minY <= b.maxY && a.maxY >= b.minY;
}

/** Of a straight way, with so many degrees around it. */
export function boxAlong(from: { lon: number; lat: number }, to: { lon: number; lat: number }, around = 0): Box {
  return {
    minX: Math.min(from.lon, to.lon) - around,
    minY: Math.min(from.lat, to.lat) - around,
    maxX: Math.max(from.lon, to.lon) + around,
    maxY: Math.max(from.lat, to.lat) + around,
  };
}
