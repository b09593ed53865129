/**
 * A line or ring without a jump where it passes 180°: the positions behind the meridian go on past ±180.
 *
 * A step of more than 180° of longitude is taken the short way round; a step of exactly 360° is the edge of a map of the
 * whole world, and stays. Altitudes are left out.
 */
export function unwrap(line: readonly (readonly number[])[]): [lon: number, lat: number][] {
  let shift = 0;
  let before = line.length > 0 ? line[0][0] : 0;
  return line.map(([lon, lat]) => {
    const step = lon - before;
    if (step > 180 && step < 360) shift -= 360;
    else if (step < -180 && step > -360) shift += 360;
    before = lon;
    return [lon + shift, lat];
  });
}

/** The rings of a polygon, outer first, without a jump at 180°: holes are moved by whole turns to where their outer ring went. */
export function unwrapRings(rings: readonly (readonly (readonly number[])[])[]): [lon: number, lat: number][][] {
  const [outer, ...holes] = rings.map(unwrap);
  let west = Infinity;
  let east = -Infinity;
  for (const [lon] of outer) {
    if (lon < west) west = lon;
    if (lon > east) east = lon;
  }
  const beside = holes.map((hole) => {
    const first = hole[0][0];
    const turn = first < west ? 360 : first > east ? -360 : 0;
    return turn === 0 ? hole : hole.map(([lon, lat]): [number, number] => [lon + turn, lat]);
  });
  return [outer, ...beside];
}
