import type { Catalog } from '../../model/catalog.js';
import { NOT_NEWS, OUT_OF_ORDER, QUALITY_NAMES } from '../../model/quality.js';
import { count, type Tally } from '../../model/stats.js';
import type { NamedStep } from '../../model/step.js';
import type { VehicleMemories } from '../memory/vehicle-memory.js';

/**
 * Step: lets pass what rules may judge, and counts every fix as evaluated or, by the first reason, not evaluable.
 *
 * Marks are given before the log (ingest/verdict.ts). One guard is here, because rule memory must never move backwards:
 * a fix older than the vehicle's last evaluated one is out of order whatever its marks say. Suspect motion is no
 * reason: such a fix still says where the vehicle is, and the speed rules pass over it themselves.
 */
export function news(
  catalog: Catalog,
  memories: VehicleMemories,
  counters: { evaluated: number; notEvaluable: Tally },
): NamedStep {
  return {
    name: 'news',
    run(p) {
      const marks = p.quality & NOT_NEWS;
      if (!catalog.vehicles.has(p.vehicleNo)) {
        count(counters.notEvaluable, 'unknown-vehicle');
      } else if (marks) {
        count(counters.notEvaluable, QUALITY_NAMES[31 - Math.clz32(marks & -marks)]);
      } else if (p.fixTime < (memories.of(p.vehicleNo).last?.time ?? -Infinity)) {
        count(counters.notEvaluable, QUALITY_NAMES[31 - Math.clz32(OUT_OF_ORDER)]);
      } else {
        counters.evaluated++;
        return true;
      }
      return false;
    },
  };
}
