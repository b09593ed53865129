import type { NamedStep } from '../model/step.js';
import type { FenceIndex } from './fence-index.js';

/** Step: fills `fenceNos`. The list belongs to the index and lasts until the next fix; who keeps it copies it. */
export function fences(index: FenceIndex): NamedStep {
  return {
    name: 'fences',
    run(p) {
      p.fenceNos = index.query(p.lon, p.lat, p.vehicleNo);
      return true;
    },
  };
}
