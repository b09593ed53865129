import { maskNumber } from '../../model/mask.js';
import type { FixFacts } from '../fix-facts.js';
import type { RuleInput } from '../rule.js';
import { type Amounts, amountsAt, type DrivingLimits } from './driven.js';
import { asDrivingLog } from './driving-checkpoints.js';
import { drivenRunByRun } from './driving-log.js';

/** Whose a vehicle's driving was, since when (epoch ms, by the card), oldest first. */
export type Keys = [since: number, key: string][];

/** A moment in which a vehicle was driven, or in which its drive had ended. */
export interface Span {
  fix: FixFacts;
  /** Epoch ms; later than the fix where silence ended the drive. */
  time: number;
  key: string;
  onset: FixFacts;
  tooLong: boolean;
  amounts: Amounts;
}

/** Eight changes of driver, with nobody's card in between: a vehicle has fewer within the time for late fixes. */
const MAX_KEYS = 16;
const DRIVER = 'driver:';

/** With who drives now. */
export function keysAfter(keys: Keys, { driver, card, vehicle }: RuleInput): Keys {
  const key = driver ?? nobody(vehicle.no);
  if (keys.at(-1)?.[1] === key) return keys;
  const since = card?.driver ? card.driver.since : (card?.at ?? -Infinity);
  return [...keys, [since, key] as [number, string]].slice(-MAX_KEYS);
}

/** Whose driving that of the vehicle at `time`, epoch ms, is. */
export function keyAt(keys: Keys, time: number, vehicleNo: number): string {
  return keys.findLast(([since]) => since <= time)?.[1] ?? nobody(vehicleNo);
}

/** The driver's certificate, masked; null where nobody knows who drives. */
export function nameOf(key: string): string | null {
  return key.startsWith(DRIVER) ? maskNumber(key.slice(DRIVER.length)) : null;
}

/**
 * How a vehicle was driven within the time for late fixes, in order, whoever drove it: each run at its begin and its end, and where a drive that
 * was too long ended. `newest`: time of its newest fix, epoch ms. `floor`: what was before, no late fix changes.
 */
export function spansOf(
  { vehicle, shared }: Pick<RuleInput, 'vehicle' | 'shared'>,
  keys: Keys,
  newest: number,
  limits: DrivingLimits,
): { floor: number; spans: Span[] } {
  let floor = -Infinity;
  const driven: Span[] = [];
  /** When the rest after a drive was long enough, by the begin of the drive. */
  const rested = new Map<FixFacts, number>();
  for (const key of new Set([nobody(vehicle.no), ...keys.map(([, each]) => each)])) {
    const log = asDrivingLog(shared.get(key));
    if (!log) continue;
    floor = Math.max(floor, log.floor);
    drivenRunByRun(log, limits, ({ no }, fix, so) => {
      const { drive, tooLong } = so;
      if (!drive) return;
      rested.set(drive.onset, drive.end.time + limits.restMs);
      if (no !== vehicle.no) return;
      const amounts = amountsAt(so, fix.time);
      driven.push({ fix, time: fix.time, key, onset: drive.onset, tooLong, amounts });
    });
  }
  driven.sort((a, b) => a.time - b.time);
  const spans: Span[] = [];
  for (const span of driven) {
    const last = spans.at(-1);
    if (last?.tooLong) {
      const end = endOf(last);
      const isOther = last.key !== span.key || last.onset !== span.onset;
      if (isOther || end < span.time) spans.push(ended(last, Math.min(end, span.time)));
    }
    spans.push(span);
  }
  const last = spans.at(-1);
  if (last?.tooLong && endOf(last) <= newest) spans.push(ended(last, endOf(last)));
  return { floor, spans };

  /** By a rest, or because somebody else drives. */
  function endOf({ time, key, onset }: Span): number {
    const change = keys.find(([since, other]) => since > time && other !== key)?.[0] ?? Infinity;
    return Math.min(rested.get(onset) ?? Infinity, change);
  }
}

function ended(span: Span, time: number): Span {
  return { ...span, time, tooLong: false };
}

function nobody(vehicleNo: number): string {
  return `vehicle:${vehicleNo}`;
}
