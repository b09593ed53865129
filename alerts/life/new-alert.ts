import type { Severity } from '../../model/alert.js';
import { type Position, positionJson } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import { type FixFacts, factsJson } from '../fix-facts.js';
import type { Evidence, RuleFence } from '../rule.js';
import type { NewAlert } from './alert-book.js';
import { alertId } from './alert-id.js';

/** A fix received this long after it was made makes a delayed alert (reliability sheet R-14). */
const DELAYED_MS = 10_000;

/** Who decides: a rule in force, or a terminal's own alarm. */
export interface Decider {
  readonly id: string;
  readonly revision: number;
  readonly type: string;
  readonly severity: Severity;
  readonly fence: RuleFence | null;
}

/** The alert that `decider` raises for a condition that began at `onset` and was seen with `fix`. */
export function newAlert(
  decider: Decider,
  vehicle: Vehicle,
  onset: FixFacts,
  fix: Position,
  evidence: Evidence,
): NewAlert {
  const { id, revision, type, severity, fence } = decider;
  // What silence decides is not late: it waited for the silence.
  const delayed = evidence.decidedBySilenceUntil === undefined && fix.receivedTime - fix.fixTime > DELAYED_MS;
  return {
    id: alertId({
      vehicleId: vehicle.id,
      ruleId: id,
      ruleRevision: revision,
      kind: type,
      onsetTime: onset.time,
      onsetSubSeq: onset.subSeq,
    }),
    type,
    severity,
    vehicleId: vehicle.id,
    plate: vehicle.plate,
    company: vehicle.company,
    region: vehicle.region,
    fenceId: fence?.id ?? null,
    ruleId: id,
    ruleRevision: revision,
    occurredAt: msToRfc3339(onset.time) ?? '',
    detectedAt: msToRfc3339(fix.receivedTime) ?? '',
    position: positionJson(fix, vehicle.id),
    evidence: {
      rule: { id, revision },
      ...(fence ? { fence: { id: fence.id, name: fence.name, revision: fence.revision } } : {}),
      ...evidenceJson(evidence),
      ...(delayed ? { delayed: true } : {}),
    },
  };
}

/** Evidence as it is kept: fixes with their times as text. */
export function evidenceJson({ fixes, ...others }: Evidence): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [part, facts] of Object.entries(fixes)) shown[part] = facts && factsJson(facts);
  return { fixes: shown, ...others };
}
