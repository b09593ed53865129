import { corridorLineOf, fenceBox, fenceContains, fenceMeets, type PreparedFence } from '../../geo/fence.js';
import type { RuleSettings } from '../../model/change.js';
import type { Fence, FenceRule } from '../../model/fence.js';
import type { RuleDefinition } from '../../model/rule.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../../model/vehicle.js';
import { RULE_SEVERITY } from '../life/severity.js';
import type { Rule, RuleFence } from '../rule.js';
import { FenceEnter } from '../rules/fence-enter.js';
import { FenceExit } from '../rules/fence-exit.js';
import { Overspeed } from '../rules/overspeed.js';
import { readHours } from '../scope/rule-scope.js';
import { DefinedRules } from './defined-rules.js';
import { isTimed, timedFenceRule } from './timed-fence-rule.js';
import { TimedRule } from './timed-rule.js';

const NONE: readonly Rule[] = [];
/** The type of their alerts, by that of the rules in a fence. */
const ALERT_TYPES = { enter: 'fence-enter', exit: 'fence-exit', overspeed: 'overspeed' } as const;

/** Catalog revision at which each kind's speed limit came into force; the settings themselves do not say. */
export type LimitRevisions = Partial<Record<VehicleCategory, number>>;

/** The rules in force, by the fence or the kind of vehicle that they are for. Changes when the catalog does. */
export class RuleBook {
  readonly defined = new DefinedRules();
  readonly #byId = new Map<string, Rule>();
  readonly #byFence = new Map<number, readonly Rule[]>();
  readonly #fenceIds = new Map<number, string>();
  readonly #byCategory = new Map<VehicleCategory, Overspeed>();

  get(id: string): Rule | undefined {
    return this.#byId.get(id) ?? this.defined.get(id);
  }

  ofFence(no: number): readonly Rule[] {
    return this.#byFence.get(no) ?? NONE;
  }

  ofCategory(category: VehicleCategory): Rule | undefined {
    return this.#byCategory.get(category);
  }

  /** Puts the fence's rules in force, in place of those it had. Returns the ids of rules that are no more, or are others now. */
  putFence(fence: Fence, prepared: PreparedFence): Set<string> {
    const before = new Map(this.ofFence(fence.no).map((rule) => [rule.id, rule]));
    const gone = this.#dropFence(fence.no);
    const ruleFence = ruleFenceOf(fence, prepared);
    const rules = fenceRules(fence, ruleFence);
    for (const rule of rules) {
      this.#byId.set(rule.id, rule);
      if (rememberAlike(before.get(rule.id), rule)) gone.delete(rule.id);
    }
    this.#byFence.set(fence.no, rules);
    this.#fenceIds.set(fence.no, fence.id);
    for (const id of this.defined.putFence(ruleFence)) gone.add(id);
    return gone;
  }

  /** Returns the ids of the rules it had. */
  removeFence(no: number): Set<string> {
    const gone = this.#dropFence(no);
    for (const id of this.defined.removeFence(this.#fenceIds.get(no) ?? '')) gone.add(id);
    this.#fenceIds.delete(no);
    return gone;
  }

  /** Puts a defined rule in force. Returns the ids of rules that are no more, or are others now. */
  putRule(definition: RuleDefinition): Set<string> {
    return this.defined.put(definition);
  }

  removeRule(id: string): Set<string> {
    return this.defined.remove(id);
  }

  #dropFence(no: number): Set<string> {
    const gone = new Set(this.ofFence(no).map((rule) => rule.id));
    for (const id of gone) this.#byId.delete(id);
    this.#byFence.delete(no);
    return gone;
  }

  /** A limit that did not change keeps its revision. Returns the ids of rules that are no more. */
  putSettings(settings: RuleSettings, revision: number, known: LimitRevisions = {}): Set<string> {
    const gone = new Set<string>();
    for (const category of VEHICLE_CATEGORIES) {
      const before = this.#byCategory.get(category);
      const kmh = settings.speedLimits[category];
      if (kmh === undefined) {
        if (!before) continue;
        gone.add(before.id);
        this.#byId.delete(before.id);
        this.#byCategory.delete(category);
        continue;
      }
      const seconds = settings.speedDurationS;
      if (before && before.limit.kmh === kmh && before.limit.seconds === seconds) continue;
      const rule = new Overspeed(
        `speed-limit:${category}`,
        known[category] ?? revision,
        RULE_SEVERITY.overspeed,
        null,
        [category],
        { kmh, seconds },
      );
      this.#byId.set(rule.id, rule);
      this.#byCategory.set(category, rule);
    }
    return gone;
  }

  limitRevisions(): LimitRevisions {
    const revisions: LimitRevisions = {};
    for (const [category, rule] of this.#byCategory) revisions[category] = rule.revision;
    return revisions;
  }
}

function ruleFenceOf(fence: Fence, prepared: PreparedFence): RuleFence {
  const { properties } = fence;
  return {
    no: fence.no,
    id: fence.id,
    name: properties.name,
    revision: fence.revision,
    hours: properties.hours ? readHours(properties.hours) : null,
    categories: properties.categories ?? null,
    box: fenceBox(prepared),
    contains: (lon, lat) => fenceContains(prepared, lon, lat),
    meets: (from, to) => fenceMeets(prepared, from, to),
    corridor: corridorLineOf(fence),
  };
}

/** Ids are `fence:<fence id>:<type>`, and `:2`, `:3` … behind it for more rules of one type. */
function fenceRules(fence: Fence, ruleFence: RuleFence): Rule[] {
  const { properties } = fence;
  const seen = new Map<string, number>();
  return properties.rules.map((rule) => {
    const nth = (seen.get(rule.type) ?? 0) + 1;
    seen.set(rule.type, nth);
    const id = `fence:${fence.id}:${rule.type}${nth === 1 ? '' : `:${nth}`}`;
    return fenceRule(rule, id, fence, ruleFence);
  });
}

function fenceRule(rule: FenceRule, id: string, fence: Fence, ruleFence: RuleFence): Rule {
  const type = ALERT_TYPES[rule.type];
  const severity = rule.severity ?? fence.properties.severity ?? RULE_SEVERITY[type];
  if (isTimed(rule)) return timedFenceRule(rule, { id, type, severity }, fence, ruleFence);
  switch (rule.type) {
    case 'enter':
      return new FenceEnter(id, fence.revision, severity, ruleFence);
    case 'exit':
      return new FenceExit(id, fence.revision, severity, ruleFence);
    case 'overspeed': {
      const limit = { kmh: rule.limit, seconds: rule.duration ?? 0 };
      return new Overspeed(id, fence.revision, severity, ruleFence, ruleFence.categories, limit);
    }
  }
}

/** What one of them remembers says nothing to the other. */
function rememberAlike(before: Rule | undefined, after: Rule): boolean {
  return before instanceof TimedRule === after instanceof TimedRule;
}
