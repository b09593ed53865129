import { ACC_KNOWN, ACC_ON, type Position } from '../../model/position.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import type { FixFacts } from '../fix-facts.js';

/**
 * Whether a vehicle drives: its ignition is on, or not known, and it is `minSpeed` km/h fast or faster (assessment sheet §4). null: its speed is not
 * known, or doubtful, and the fix says neither.
 */
export function drives(
  { flags }: Pick<Position, 'flags'>,
  { speed, quality }: FixFacts,
  minSpeed: number,
): boolean | null {
  if (flags & ACC_KNOWN && !(flags & ACC_ON)) return false;
  return Number.isNaN(speed) || quality & SUSPECT_MOTION ? null : speed >= minSpeed;
}
