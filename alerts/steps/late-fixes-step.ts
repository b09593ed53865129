import type { FenceIndex } from '../../geo/fence-index.js';
import { LATE, NOT_NEWS, OUT_OF_ORDER } from '../../model/quality.js';
import type { NamedStep } from '../../model/step.js';
import type { RulesStep } from './rules-step.js';

/**
 * Step: late truth amends. A fix whose only fault is that it came late is judged with those that came with it, apart from the
 * vehicle's present: what it shows is raised with `late: true`, or amends the alert that tells of that time already (late-fixes.ts).
 */
export function lateFixes(index: FenceIndex, rules: RulesStep): NamedStep {
  return {
    name: 'late-fixes',
    run(p) {
      const marks = p.quality & NOT_NEWS;
      if (marks !== 0 && (marks & ~(LATE | OUT_OF_ORDER)) === 0) {
        p.fenceNos = index.query(p.lon, p.lat);
        rules.late(p);
      }
      return true; // news-step.ts counts it
    },
  };
}
