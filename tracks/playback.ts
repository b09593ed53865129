import { type Box, boxContains } from '../geo/box.js';
import { lonMetresPerDegree, METRES_PER_DEGREE } from '../geo/distance.js';
import type { Report } from '../store/places.js';
import type { Bounds } from '../store/tile.js';
import { LONGEST_LEG_M, SILENCE_MS } from './leg.js';

/** What a playback asks of the database (store/travel.ts). */
export interface ReportSource {
  reportsIn(bounds: Bounds, from: number, to: number): AsyncIterable<Report[]>;
}

/** One moment: the newest report of every vehicle in the box that was heard within SILENCE_MS. Valid until the next is pulled. */
export interface Frame {
  /** Epoch ms. */
  time: number;
  reports: Iterable<Report>;
}

/**
 * An area as it was, moment after moment: `from`, `from` + `stepMs`, … up to `to` (epoch ms). Reports around the box are
 * read too, so that who leaves it is seen to leave. Holds one report per vehicle, however long it goes on.
 */
export async function* playback(
  source: ReportSource,
  box: Box,
  from: number,
  to: number,
  stepMs: number,
): AsyncGenerator<Frame> {
  const newest = new Map<number, Report>();
  let time = from;
  const frame = (): Frame => ({ time, reports: inBox(newest, box, time) });
  for await (const reports of source.reportsIn(boundsAround(box), from - SILENCE_MS, to + 1)) {
    for (const report of reports) {
      for (; report.fixTime > time && time <= to; time += stepMs) yield frame();
      newest.set(report.vehicleNo, report);
    }
  }
  for (; time <= to; time += stepMs) yield frame();
}

function* inBox(newest: Map<number, Report>, box: Box, now: number): Iterable<Report> {
  for (const [vehicleNo, report] of newest) {
    if (now - report.fixTime > SILENCE_MS) newest.delete(vehicleNo);
    else if (boxContains(box, report.lon, report.lat)) yield report;
  }
}

function boundsAround({ minX, minY, maxX, maxY }: Box): Bounds {
  const north = LONGEST_LEG_M / METRES_PER_DEGREE;
  const east = LONGEST_LEG_M / lonMetresPerDegree(Math.min(85, Math.max(Math.abs(minY), Math.abs(maxY))));
  return { west: minX - east, south: minY - north, east: maxX + east, north: maxY + north };
}
