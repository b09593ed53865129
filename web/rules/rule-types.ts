import type { RuleInput } from '../../model/rule.js';
import type { Check } from '../panels/evidence.js';

/** Items of `GET /v1/rules`; times RFC 3339. */
export interface RuleJson extends Omit<RuleInput, 'effectiveFrom' | 'effectiveTo'> {
  id: string;
  effectiveFrom: string | null;
  effectiveTo: string | null;
  revision: number;
  updatedAt: string;
}

/** As `PUT /v1/rules/{id}` takes it. */
export type RuleBody = Record<string, unknown> & { type: string };

/** Items of `GET /v1/rule-kinds`. */
export interface RuleKindJson {
  type: string;
  describe: string;
  fences: 'each' | 'all' | 'none';
  severity: string;
  /** JSON Schema. */
  params: Record<string, unknown>;
}

/** Items of `GET /v1/rule-packs`. */
export interface RulePackJson {
  id: string;
  name: string;
  revision: string;
  rules: { id: string }[];
  unconfirmed: { rule: string; what: string }[];
}

export interface RehearsedJson {
  vehicleId: string;
  fenceId: string | null;
  occurredAt: string;
  clearedAt: string | null;
  evidence: Record<string, unknown>;
}

/** Answer of `POST /v1/rules/rehearse`. */
export interface RehearsalJson {
  vehicles: number;
  fixes: number;
  cut: boolean;
  count: number;
  alerts: RehearsedJson[];
  inForce: { count: number; both: number; added: RehearsedJson[]; missing: RehearsedJson[] } | null;
}

/** Answer of `GET /v1/why-not`. */
export interface WhyNotJson {
  vehicleId: string;
  time: string;
  rules: {
    ruleId: string;
    ruleRevision: number;
    fenceId: string | null;
    fixTime: string | null;
    raised: boolean;
    checks: Check[];
  }[];
  /** What the answer was made of. */
  read: { from: string | null; fixes: number; complete: boolean };
  /** The rule and what it speaks of, in the form that was asked. */
  forms: { object: string; revision: number | null; form: 'then' | 'today' | 'absent' }[];
}
