import { NO_FIX, NOT_NEWS, OUT_OF_ORDER, REPEAT } from '../../model/quality.js';
import type { NamedStep } from '../../model/step.js';
import type { VehicleMemories } from '../memory/vehicle-memory.js';
import type { RulesStep } from './rules-step.js';

/**
 * Step: reports that say nothing new of a place, and yet something of the terminal: those without a fix, in the order of their
 * times, and those of a clock that stands, which have the time of the newest fix and are not that fix. Rules about equipment hear
 * them; everybody else waits for a fix. After the terminal's own alarms, which keep the time of the newest report.
 */
export function reports(memories: VehicleMemories, rules: RulesStep): NamedStep {
  return {
    name: 'reports',
    run(p) {
      const marks = p.quality & NOT_NEWS;
      if (marks === 0 || marks & REPEAT) return true;
      const memory = memories.get(p.vehicleNo);
      const unlocated = marks === NO_FIX && p.fixTime === memory?.alarmsAt;
      const standing = (marks & OUT_OF_ORDER) !== 0 && p.fixTime === memory?.last?.time;
      if (unlocated || standing) rules.report(p);
      return true; // news-step.ts counts it
    },
  };
}
