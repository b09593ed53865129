import type { RuleDefinition } from '../../model/rule.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { RuleFence } from '../rule.js';
import { isEverywhere } from '../rule-kind.js';
import { ruleKindOf } from '../rules/rule-kinds.js';
import { madeId } from './made-ids.js';
import { TimedRule } from './timed-rule.js';

const NONE: readonly TimedRule[] = [];

/**
 * Rules that somebody defined, made ready: one for each fence of the scope where the kind wants that, else one. Those that name a
 * fence which does not exist, or does no more, wait for it.
 */
export class DefinedRules {
  readonly #definitions = new Map<string, RuleDefinition>();
  /** By fence id. */
  readonly #fences = new Map<string, RuleFence>();
  readonly #byId = new Map<string, TimedRule>();
  /** Ids of the rules that were made of a definition. */
  readonly #made = new Map<string, string[]>();
  readonly #byFence = new Map<number, TimedRule[]>();
  #everywhere: TimedRule[] = [];
  /** What concerns a vehicle; forgotten when a rule or the vehicle changes, or the vehicle goes. */
  readonly #ofVehicle = new Map<number, { vehicle: Vehicle; rules: readonly TimedRule[] }>();

  get(id: string): TimedRule | undefined {
    return this.#byId.get(id);
  }

  /** The rules made of a definition. */
  madeOf(definitionId: string): TimedRule[] {
    return (this.#made.get(definitionId) ?? []).flatMap((id) => this.#byId.get(id) ?? []);
  }

  /** Asked for fixes inside the fence, and while they have a memory of the vehicle. */
  ofFence(no: number): readonly TimedRule[] {
    return this.#byFence.get(no) ?? NONE;
  }

  /** Asked for every fix of the vehicle. */
  ofVehicle(vehicle: Vehicle): readonly TimedRule[] {
    if (this.#everywhere.length === 0) return NONE;
    const known = this.#ofVehicle.get(vehicle.no);
    if (known?.vehicle === vehicle) return known.rules;
    const rules = this.#everywhere.filter((rule) => rule.appliesTo(vehicle));
    this.#ofVehicle.set(vehicle.no, { vehicle, rules: rules.length === 0 ? NONE : rules });
    return rules;
  }

  /** The vehicle is no more. */
  dropVehicle(no: number): void {
    this.#ofVehicle.delete(no);
  }

  /** Puts the rule in force, in place of what it was. Returns the ids of rules that are no more, or are others now. */
  put(definition: RuleDefinition): Set<string> {
    this.#definitions.set(definition.id, definition);
    return this.#make(definition.id);
  }

  remove(id: string): Set<string> {
    this.#definitions.delete(id);
    return this.#make(id);
  }

  putFence(fence: RuleFence): Set<string> {
    this.#fences.set(fence.id, fence);
    return this.#makeOnFence(fence.id);
  }

  removeFence(id: string): Set<string> {
    this.#fences.delete(id);
    return this.#makeOnFence(id);
  }

  #makeOnFence(fenceId: string): Set<string> {
    const gone = new Set<string>();
    for (const { id, scope } of this.#definitions.values()) {
      if (scope.fences?.includes(fenceId)) for (const made of this.#make(id, fenceId)) gone.add(made);
    }
    return gone;
  }

  /** `touched`: the fence that changed, where that is why: rules of the others keep what they know. */
  #make(id: string, touched?: string): Set<string> {
    const before = this.madeOf(id);
    for (const rule of before) {
      this.#byId.delete(rule.id);
      if (rule.fence) this.#dropFromFence(rule, rule.fence.no);
    }
    const definition = this.#definitions.get(id);
    const made = definition ? this.#rulesOf(definition) : [];
    for (const rule of made) {
      this.#byId.set(rule.id, rule);
      if (rule.fence) this.#byFence.set(rule.fence.no, [...this.ofFence(rule.fence.no), rule].sort(byId));
    }
    const ids = made.map((rule) => rule.id);
    if (definition) this.#made.set(id, ids);
    else this.#made.delete(id);
    if ([...before, ...made].some((rule) => !rule.fence)) {
      const others = this.#everywhere.filter((rule) => rule.definition.id !== id);
      this.#everywhere = [...others, ...made.filter((rule) => !rule.fence)].sort(byId);
      this.#ofVehicle.clear();
    }
    const kept = new Set(touched === undefined ? [] : made.map((rule) => rule.id));
    return new Set(before.map((rule) => rule.id).filter((ruleId) => !kept.has(ruleId)));
  }

  #dropFromFence(rule: TimedRule, no: number): void {
    const left = this.ofFence(no).filter((other) => other !== rule);
    if (left.length > 0) this.#byFence.set(no, left);
    else this.#byFence.delete(no);
  }

  #rulesOf(definition: RuleDefinition): TimedRule[] {
    const kind = ruleKindOf(definition.type);
    if (!kind) return []; // of a later version
    const { id, scope, params } = definition;
    const fences = (scope.fences ?? []).flatMap((fence) => this.#fences.get(fence) ?? []);
    // Of fences together none is left: there is nothing to be in or out of.
    if (kind.fences === 'all' && fences.length === 0 && !isEverywhere(kind, params)) return [];
    const one = (ruleId: string, fence: RuleFence | null, part = '') =>
      new TimedRule(ruleId, definition, fence, kind.build(params, fence ? [fence] : fences, part), kind);
    if (kind.parts) return kind.parts(params).map((part) => one(madeId(id, part), null, part));
    if (kind.fences !== 'each' || !scope.fences) return [one(madeId(id), null)];
    return fences.map((fence) => one(madeId(id, fence.id), fence));
  }
}

/** In whatever order rules came to be: an engine that is restored asks them in the same one. */
function byId(a: TimedRule, b: TimedRule): number {
  return a.id < b.id ? -1 : 1;
}
