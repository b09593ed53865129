import type { Position } from '../model/position.js';
import { qualityNames } from '../model/quality.js';
import { msToRfc3339 } from '../model/units.js';

/** What rules remember of a fix: plain values, a copy of its own. */
export interface FixFacts {
  /** Epoch ms: the fix's own time, or that of receipt where it has none. */
  readonly time: number;
  readonly subSeq: number;
  /** Place in the log. */
  readonly seq: number;
  readonly lon: number;
  readonly lat: number;
  /** km/h. */
  readonly speed: number;
  readonly quality: number;
}

export function factsOf(p: Position): FixFacts {
  return {
    time: Number.isFinite(p.fixTime) ? p.fixTime : p.receivedTime,
    subSeq: p.subSeq,
    seq: p.seq,
    lon: p.lon,
    lat: p.lat,
    speed: p.speedKmh,
    quality: p.quality,
  };
}

/** As evidence shows it; null where not known. */
export function factsJson(facts: FixFacts): Record<string, unknown> {
  return {
    time: msToRfc3339(facts.time),
    lon: known(facts.lon),
    lat: known(facts.lat),
    speed: known(facts.speed),
    seq: facts.seq,
    ...(facts.quality ? { quality: qualityNames(facts.quality) } : {}),
  };
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
