import { LOCATED, Position } from '../model/position.js';
import { NOT_NEWS, qualityNames } from '../model/quality.js';
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

/** Whether a fix that rules are asked about came too late to be the vehicle's present. */
export function isLate(p: Position): boolean {
  return (p.quality & NOT_NEWS) !== 0;
}

/** A fix remembered, as a position again; what was not remembered is not known. `receivedTime`: epoch ms. */
export function positionOf(facts: FixFacts, vehicleNo: number, receivedTime: number): Position {
  const p = new Position();
  p.vehicleNo = vehicleNo;
  p.fixTime = facts.time;
  p.receivedTime = receivedTime;
  p.subSeq = facts.subSeq;
  p.seq = facts.seq;
  p.lon = facts.lon;
  p.lat = facts.lat;
  p.speedKmh = facts.speed;
  p.quality = facts.quality;
  p.flags = LOCATED;
  return p;
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
