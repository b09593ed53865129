import type { Alert } from '../../model/alert.js';
import { UNTOUCHED } from '../../model/alert-life.js';
import { Position, positionJson } from '../../model/position.js';

/** About as large as an alert of a fence; another one for each number. */
export function sampleAlert(number: number): Alert {
  const time = new Date().toISOString();
  const id = number.toString(2).padStart(26, '0').replace(/0/g, 'a').replace(/1/g, 'b');
  return {
    ...{ id, type: 'fence-enter', severity: 'warning', state: 'raised', vehicleId: '13912345678', plate: '苏B12345' },
    ...{ fenceId: 'f1', ruleId: 'fence:f1:enter', ruleRevision: 1, occurredAt: time, detectedAt: time },
    ...{ clearedAt: null, clearReason: null, revision: 1, company: null, region: null, ...UNTOUCHED },
    position: positionJson(new Position(), '13912345678'),
    evidence: { fixes: [1, 2, 3].map((i) => ({ time, lon: 120.3 + i, lat: 31.5, speed: 36 })) },
  };
}
