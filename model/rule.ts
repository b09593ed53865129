import type { Severity } from './alert.js';
import type { VehicleCategory } from './vehicle.js';

/** Whom and where a rule concerns: everything that is named must fit; what is left out fits all. */
export interface RuleScope {
  categories?: VehicleCategory[];
  companies?: string[];
  /** Administrative divisions, GB/T 2260 digits: `32` holds `3202` and `320211`. */
  regions?: string[];
  /** Vehicle ids. */
  vehicles?: string[];
  /** Fence ids. */
  fences?: string[];
  /** Whoever is named in any of these is exempt. */
  except?: Pick<RuleScope, 'categories' | 'companies' | 'regions' | 'vehicles'>;
}

/** When a rule is in force, Beijing time; what is left out holds always. */
export interface RuleSchedule {
  /** Daily windows, `HH:MM`; one may run over midnight, and is of the day on which it begins. */
  hours?: { from: string; to: string }[];
  /** 1 Monday … 7 Sunday. */
  weekdays?: number[];
  /** Days off by the calendar of public holidays (alerts/scope/calendar.ts), or the others. */
  days?: 'workdays' | 'days-off';
  /** Days in Beijing, `YYYY-MM-DD`, that are what they are here whatever the calendar says: of a year that it has not, of a company. */
  calendar?: { off?: string[]; work?: string[] };
}

/** When a condition becomes an alert. Seconds; 0 where left out. */
export interface RuleTiming {
  /** The condition must have held for more than this. */
  minDuration?: number;
  /** It must have been absent for at least this before. */
  minPrevious?: number;
  /** No other alert of the rule for the vehicle so soon after the last one ended. */
  coolDown?: number;
  /** Alerts for one vehicle, ever; without it, no limit. */
  maxTriggers?: number;
  /** A silence longer than this begins the count of `minDuration` again; without it, none does. */
  maxGap?: number;
  /** A condition that comes back within this time has not ended. */
  linger?: number;
}

/** How soon something must be done about an alert of a rule, and who else is told where nobody does it. */
export interface RuleClocks {
  /** Seconds from when it is news; without one, what goes with its severity (alerts/life/deadlines.ts). */
  deadlines?: { acknowledge?: number; handle?: number };
  escalation?: EscalationLevel[];
}

/** After `afterS` seconds `to` is told, unless somebody has acknowledged the alert, or handled it, by then. */
export interface EscalationLevel {
  afterS: number;
  to: string;
  /** The alert's from then on, where that is graver. */
  severity?: Severity;
  /** Acknowledged, where it does not say. */
  unless?: 'acknowledged' | 'handled';
}

/** A rule as its owner gives it. */
export interface RuleInput extends RuleClocks {
  name: string;
  /** One of the kinds in alerts/rules/rule-kinds.ts. */
  type: string;
  /** What the kind asks for. */
  params: Record<string, unknown>;
  scope: RuleScope;
  schedule: RuleSchedule;
  timing: RuleTiming;
  severity: Severity;
  /** The law that it carries out: document, article, wording. */
  clause: string | null;
  /** Epoch ms, by the time of fixes: in force from … until before …; null: open. */
  effectiveFrom: number | null;
  effectiveTo: number | null;
  enabled: boolean;
}

export interface RuleDefinition extends RuleInput {
  id: string;
  /** Catalog revision at which this form came into force. */
  revision: number;
  /** Epoch ms. */
  createdAt: number;
  updatedAt: number;
}
