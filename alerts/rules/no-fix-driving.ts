import { z } from 'zod';
import { ACC_KNOWN, ACC_ON } from '../../model/position.js';
import { NO_FIX } from '../../model/quality.js';
import { equal, over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { ruleKind } from '../rule-kind.js';

interface Memory {
  /** The first report without a fix. */
  since: FixFacts;
  /** Odometer there, km; NaN where not known. */
  mileageKm: number;
  /** Some report since showed that the vehicle drives. */
  drove: boolean;
}

/** The odometer has turned on by so much: the vehicle drives. km. */
const DRIVEN_KM = 0.3;

/**
 * A vehicle drives and its receiver has found no place for more than `seconds`: longer than tunnels are. It drives where its ignition
 * is not off and the terminal reports speed or a growing odometer.
 */
export const noFixDriving = ruleKind<{ seconds: number; minSpeed: number }, Memory>({
  type: 'no-fix-driving',
  describe: 'a vehicle drives, and its terminal has had no fix for more than `seconds`',
  judgesLate: false,
  hearsReports: true,
  params: z.strictObject({
    seconds: z.number().min(10).max(86_400).default(300).describe('without a fix'),
    minSpeed: z.number().min(1).max(50).default(5).describe('km/h that show that it drives'),
  }),
  build: ({ seconds, minSpeed }) => ({
    judge({ fix, facts }, before) {
      const without = (fix.quality & NO_FIX) !== 0;
      const lasted = before ? (facts.time - before.since.time) / 1000 : 0;
      const checks = () => [equal('fix', !without, false), over('time without a fix', lasted, seconds, 's')];
      if (!without) return { memory: undefined, holds: false, explain: () => ({ checks: checks() }) };
      const ignition = !(fix.flags & ACC_KNOWN) || (fix.flags & ACC_ON) !== 0;
      const mileageKm = before?.mileageKm ?? fix.mileageKm;
      const drives = ignition && (fix.speedKmh >= minSpeed || fix.mileageKm - mileageKm >= DRIVEN_KM);
      const memory: Memory = { since: before?.since ?? facts, mileageKm, drove: (before?.drove ?? false) || drives };
      return {
        memory,
        holds: memory.drove && lasted > seconds,
        onset: memory.since,
        explain: () => ({ checks: [...checks(), equal('has driven', memory.drove, true)] }),
      };
    },
  }),
});
