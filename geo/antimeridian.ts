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
