/**
 * Ray cast over edges laid out as x1, y1, x2, y2 in a typed array, from edge `from` to before edge `to`.
 *
 * Even-odd over all rings at once, so holes need no care of their own. A point on an edge or a vertex is inside, on the
 * edge of a hole too: a fence is closed. "On" is exact in double arithmetic: always for vertices and for edges along a
 * meridian or parallel; a slanted edge seldom goes through a representable point, and beside it a rounding of 1e-14°
 * (a nanometre) decides.
 */
export function edgesContain(edges: Float64Array, from: number, to: number, lon: number, lat: number): boolean {
  let inside = false;
  for (let i = from * 4, end = to * 4; i < end; i += 4) {
    const y1 = edges[i + 1];
    const y2 = edges[i + 3];
    if (y1 > lat !== y2 > lat) {
      const x1 = edges[i];
      const x2 = edges[i + 2];
      const cross = (x2 - x1) * (lat - y1) - (y2 - y1) * (lon - x1);
      if (cross === 0) return true;
      if (cross > 0 === y2 > y1) inside = !inside;
    } else if (y1 === lat || y2 === lat) {
      // The upper end of an edge, or an edge along the point's parallel: no crossing, but perhaps underfoot.
      const x1 = edges[i];
      const x2 = edges[i + 2];
      if ((y1 === lat && x1 === lon) || (y2 === lat && x2 === lon)) return true;
      if (y1 === y2 && x1 < lon !== x2 < lon) return true;
    }
  }
  return inside;
}

/** Degrees by which `edgeMeetsBox` is generous. */
export const EDGE_SLACK = 1e-9;

/** False only where the edge certainly stays out of the closed box; a near miss of 1e-9° counts as a hit. */
export function edgeMeetsBox(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  box: { minX: number; minY: number; maxX: number; maxY: number },
): boolean {
  const minX = box.minX - EDGE_SLACK;
  const minY = box.minY - EDGE_SLACK;
  const maxX = box.maxX + EDGE_SLACK;
  const maxY = box.maxY + EDGE_SLACK;
  if ((x1 < minX && x2 < minX) || (x1 > maxX && x2 > maxX)) return false;
  if ((y1 < minY && y2 < minY) || (y1 > maxY && y2 > maxY)) return false;
  // Apart where all four corners are strictly on one side of the edge's line.
  const dx = x2 - x1;
  const dy = y2 - y1;
  const a = dx * (minY - y1) - dy * (minX - x1);
  const b = dx * (minY - y1) - dy * (maxX - x1);
  const c = dx * (maxY - y1) - dy * (minX - x1);
  const d = dx * (maxY - y1) - dy * (maxX - x1);
  return !((a > 0 && b > 0 && c > 0 && d > 0) || (a < 0 && b < 0 && c < 0 && d < 0));
}

/** Whether two straight lines, from a to b and from c to d, share a place; the end of one on the other is one. */
export function linesMeet(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  cx: number,
  cy: number,
  dx: number,
  dy: number,
): boolean {
  if (Math.max(ax, bx) < Math.min(cx, dx) || Math.max(cx, dx) < Math.min(ax, bx)) return false;
  if (Math.max(ay, by) < Math.min(cy, dy) || Math.max(cy, dy) < Math.min(ay, by)) return false;
  const c = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  const d = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax);
  const a = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx);
  const b = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx);
  return c * d <= 0 && a * b <= 0;
}
