import { LOCATED, Position } from '../../../model/position.js';
import type { PlantedFix } from './track.js';

/** What goes wrong between a vehicle and us. Each is a share of the vehicles or of the fixes, 0 … 1. */
export interface Faults {
  /** Of fixes: sent twice. */
  duplicates: number;
  /** Of fixes: overtaken by the next one. */
  reorder: number;
  /** Of fixes: with a clock that is years behind, or, where `clockAhead`, as often hours ahead. */
  clock: number;
  clockAhead: boolean;
  /** Of vehicles: in a tunnel for 40 s, from which nothing is ever sent. */
  tunnels: number;
  /** Of vehicles: 60 s of fixes come in one batch, after the fixes behind them. */
  batches: number;
}

export const CLEAN: Faults = { duplicates: 0, reorder: 0, clock: 0, clockAhead: false, tunnels: 0, batches: 0 };
export const FAULTY: Faults = {
  duplicates: 0.05,
  reorder: 0.02,
  clock: 0.01,
  clockAhead: true,
  tunnels: 0.2,
  batches: 0.2,
};
/** For the time policy `replay`, under which no clock tells that another one is ahead. */
export const FAULTY_RECORDED: Faults = { ...FAULTY, clockAhead: false };

const TUNNEL_S = 40;
const BATCH_S = 60;

export function throughTunnel(
  fixes: readonly PlantedFix[],
  random: () => number,
  { tunnels }: Pick<Faults, 'tunnels'>,
): PlantedFix[] {
  const from = random() < tunnels ? random() * fixes[fixes.length - 1].at : Infinity;
  // The first fix is always sent: a terminal registers in the open.
  return fixes.filter(({ at }, i) => i === 0 || at < from || at > from + TUNNEL_S);
}

/** What arrives, and when; not in order. `start`: epoch ms of second 0. */
export function onTheWay(
  fixes: readonly PlantedFix[],
  no: number,
  start: number,
  random: () => number,
  faults: Faults,
): Position[] {
  const { duplicates, reorder, clock, clockAhead, batches } = faults;
  const batch = random() < batches ? random() * fixes[fixes.length - 1].at : Infinity;
  return fixes.flatMap((fix, i) => {
    const p = positionOf(fix, no, start);
    p.receivedTime = start + fix.at * 1000 + 1000 + Math.floor(random() * 500) + (fix.heldBack ?? 0) * 1000;
    if (random() < reorder && i + 1 < fixes.length) p.receivedTime = start + fixes[i + 1].at * 1000 + 3000;
    if (fix.at >= batch && fix.at < batch + BATCH_S) p.receivedTime = start + (batch + BATCH_S + 30) * 1000;
    const wrong = random() < clock;
    if (wrong) p.fixTime += random() < 0.5 && clockAhead ? 6 * 3_600_000 : -10 * 365 * 86_400_000;
    if (random() >= duplicates) return [p];
    return [p, Object.assign(positionOf(fix, no, start), { fixTime: p.fixTime, receivedTime: p.receivedTime + 100 })];
  });
}

function positionOf(fix: PlantedFix, no: number, start: number): Position {
  return Object.assign(new Position(), {
    vehicleNo: no,
    fixTime: start + fix.clock * 1000,
    lon: fix.lon,
    lat: fix.lat,
    speedKmh: fix.speedKmh,
    headingDeg: fix.headingDeg,
    mileageKm: fix.mileageKm,
    alarms: fix.alarms,
    alarmWord: fix.alarms,
    flags: fix.located ? LOCATED : 0,
    source: 1,
  });
}
