import type { Severity } from '../../model/alert.js';
import type { RuleClocks, RuleDefinition, RuleTiming } from '../../model/rule.js';
import type { Vehicle } from '../../model/vehicle.js';
import { atLeast } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import {
  type Check,
  type Evidence,
  type Explained,
  hoursHold,
  type Retelling,
  type Retold,
  type Review,
  type Rule,
  type RuleFence,
  type RuleInput,
  type Say,
} from '../rule.js';
import type { Condition, RuleKind, Verdict } from '../rule-kind.js';
import { inForceAt, nextBegin, nextEnd, scopeTest } from '../scope/rule-scope.js';

/** What a timed rule remembers of a vehicle, around its condition's own memory. */
export interface TimedMemory {
  own: unknown;
  /** Since when the condition holds; null while it does not. */
  onset: FixFacts | null;
  /** The newest fix at which it held, with the time of the tick where silence showed that. */
  held: FixFacts | null;
  /** Since when it does not hold, epoch ms; −Infinity where it never did, Infinity while it holds and began too soon to count. */
  restingSince: number;
  raised: boolean;
  /** By the newest fix that says anything it holds no more, and lingers. */
  lapsed?: boolean;
  /** When the last alert ended, epoch ms; −Infinity before the first. */
  endedAt: number;
  triggers: number;
  /** When time alone may change something, epoch ms; null: never. */
  due: number | null;
  /** Which event the newest onset is of, where the condition tells them apart. */
  event?: string;
}

const S = 1000;

/** A rule that somebody defined: a condition, and around it scope, schedule and timing (model/rule.ts). */
export class TimedRule implements Rule<TimedMemory> {
  readonly type: string;
  readonly revision: number;
  readonly severity: Severity;
  readonly #timing: RuleTiming;
  readonly #isInScope: (vehicle: Vehicle) => boolean;

  constructor(
    /** `rule:<id>`, and `:<fence>` behind it where the rule is one of several fences'. */
    readonly id: string,
    readonly definition: RuleDefinition,
    readonly fence: RuleFence | null,
    readonly condition: Condition<unknown>,
    private readonly kind: Pick<
      RuleKind,
      'timing' | 'judgesLate' | 'retells' | 'hearsReports' | 'hearsCards' | 'beginsInSilence'
    >,
  ) {
    this.type = definition.type;
    this.revision = definition.revision;
    this.severity = definition.severity;
    this.#timing = { ...kind.timing, ...definition.timing };
    this.#isInScope = scopeTest(definition.scope);
  }

  get judgesLate(): boolean {
    return this.kind.judgesLate;
  }

  get retells(): boolean {
    return this.kind.retells;
  }

  get hearsReports(): boolean {
    return this.kind.hearsReports;
  }

  get hearsCards(): boolean {
    return this.kind.hearsCards;
  }

  get beginsInSilence(): boolean {
    return this.kind.beginsInSilence;
  }

  get clocks(): RuleClocks {
    return this.definition;
  }

  appliesTo(vehicle: Vehicle): boolean {
    const categories = this.fence?.categories ?? null;
    const isMeant = categories === null || categories.includes(vehicle.category);
    return this.definition.enabled && isMeant && this.#isInScope(vehicle);
  }

  inForceAt(time: number): boolean {
    return inForceAt(this.definition, time) && hoursHold(this.fence?.hours ?? null, time);
  }

  judge(input: RuleInput, before: TimedMemory | undefined, say: Say): TimedMemory | undefined {
    const { facts, previous } = input;
    const verdict = this.condition.judge(input, before?.own);
    if (verdict.past) say.changed(verdict.past);
    // Nearly every fix: nothing was, and nothing is.
    if (!before && !verdict.holds && verdict.memory === undefined) return;
    const memory = before ?? newMemory();
    if (verdict.past && verdict.holds === null) {
      memory.own = verdict.memory;
      return memory;
    }
    // Reports without a fix are heard, too, and are no vehicle's fix before.
    const heard = Math.max(previous?.time ?? -Infinity, memory.held?.time ?? -Infinity);
    const { maxGap = Infinity } = this.#timing;
    if (memory.onset && !memory.raised && facts.time - heard > maxGap * S) memory.onset = null;
    return this.#worthKeeping(this.#follow(facts, facts.time, verdict, memory, say), facts.time);
  }

  review(input: RuleInput, at: number): Review | null {
    return this.condition.review?.(input, at) ?? null;
  }

  untold(memory: TimedMemory): TimedMemory {
    const { own, endedAt, triggers } = memory;
    return { ...newMemory(), own, endedAt, triggers: triggers - 1, due: this.#ownDue(memory) };
  }

  changedByCard(input: RuleInput, memory: TimedMemory | undefined, at: number): readonly number[] {
    return memory?.own === undefined ? [] : (this.condition.changedByCard?.(input, memory.own, at) ?? []);
  }

  due(memory: TimedMemory): number | null {
    return memory.due;
  }

  /** The vehicle has sent nothing since `last`, and it is `time` now. */
  tick(time: number, last: FixFacts, memory: TimedMemory, say: Say): TimedMemory | undefined {
    // Asked for its own silence only, then and when what that showed may be told: what else is due is the end of what lingers.
    const own = this.#ownDue(memory);
    const isAsked = own !== null && (own <= time || (own === Infinity && !memory.raised));
    const verdict = isAsked ? this.condition.tick?.(time, last, memory.own) : undefined;
    return this.#worthKeeping(this.#follow(last, time, verdict ?? silent(memory), memory, say), time);
  }

  retell(input: RuleInput, before: TimedMemory, { say, until, toldSince, at }: Retelling): Retold<TimedMemory> | null {
    const past = before.own === undefined ? null : this.condition.past?.(input, before.own, until);
    if (!past) return null;
    const { floor, moments, memory: own, endsCount = false, slackMs = 0 } = past;
    const last = moments.at(-1);
    if (last && !this.#isAlwaysInForce(moments[0].time, last.time)) return null;
    const memory: TimedMemory = { ...newMemory(), triggers: Math.max(0, before.triggers - toldSince(floor)) };
    for (const { fix, time, verdict } of moments) {
      at(fix, time);
      this.#follow(fix, time, verdict, memory, say);
    }
    memory.own = own;
    memory.due = this.#due(memory, last?.verdict.holds ?? false, last?.time ?? until);
    return { memory, floor, endsCount, slackMs };
  }

  /** Between two moments nothing says when hours begin and end. */
  #isAlwaysInForce(from: number, to: number): boolean {
    const { hours, weekdays, days } = this.definition.schedule;
    return !(hours || weekdays || days || this.fence?.hours) && this.inForceAt(from) && this.inForceAt(to);
  }

  /** A vehicle that a rule has nothing to say of at `time`, epoch ms, takes no room: it may have been in a thousand fences. */
  #worthKeeping(memory: TimedMemory, time: number): TimedMemory | undefined {
    const { minPrevious = 0, coolDown = 0, maxTriggers } = this.#timing;
    const idle = memory.own === undefined && memory.onset === null && !memory.raised;
    const counts = maxTriggers !== undefined && memory.triggers > 0;
    const isSoon = time - memory.restingSince < minPrevious * S || time - memory.endedAt < coolDown * S;
    return idle && !counts && !isSoon ? undefined : memory;
  }

  explain(input: RuleInput, memory = newMemory()): Explained {
    const verdict = this.condition.judge(input, structuredClone(memory.own));
    return this.#explained(verdict, input.facts, input.facts.time, memory);
  }

  explainSilence(time: number, last: FixFacts, memory = newMemory()): Explained | null {
    if (memory.own === undefined || time <= last.time) return null;
    const verdict = this.condition.tick?.(time, last, structuredClone(memory.own));
    return verdict && verdict.explain().checks.length > 0 ? this.#explained(verdict, last, time, memory) : null;
  }

  #explained(verdict: Verdict<unknown>, fix: FixFacts, time: number, before: TimedMemory): Explained {
    const after = this.#follow(fix, time, verdict, structuredClone(before), MUTE);
    const { checks } = this.#evidence(verdict, after, fix, time);
    return { holds: verdict.holds, checks: [...checks, ...this.#timingChecks(before, verdict.onset ?? fix, time)] };
  }

  /** What the timing asks for beyond the duration, of what was remembered before. */
  #timingChecks({ restingSince, endedAt, triggers }: TimedMemory, onset: FixFacts, time: number): Check[] {
    const { minPrevious, coolDown, maxTriggers } = this.#timing;
    const checks: Check[] = [];
    if (minPrevious) {
      const rested = (onset.time - restingSince) / S;
      checks.push(atLeast('time without the condition before', rested, minPrevious, 's'));
    }
    if (coolDown) checks.push(atLeast('time since the last alert', (time - endedAt) / S, coolDown, 's'));
    if (maxTriggers !== undefined) {
      const result = triggers < maxTriggers;
      checks.push({ what: 'alerts so far', value: triggers, is: '<', threshold: maxTriggers, result });
    }
    return checks;
  }

  #follow(fix: FixFacts, time: number, verdict: Verdict<unknown>, memory: TimedMemory, say: Say): TimedMemory {
    memory.own = verdict.memory;
    const inForce = this.inForceAt(time);
    // What says nothing of the event that was told, but is another one's, ends it.
    const isOther = memory.raised && verdict.event !== memory.event;
    if (verdict.holds !== null || !inForce || isOther) {
      if (verdict.holds && inForce) this.#hold(fix, time, verdict, memory, say);
      else this.#rest(fix, time, verdict, memory, say, inForce);
    } else if (memory.raised) {
      this.#endSilence(fix, time, verdict, memory, say);
    }
    memory.due = this.#due(memory, verdict.holds, time);
    return memory;
  }

  #hold(fix: FixFacts, time: number, verdict: Verdict<unknown>, memory: TimedMemory, say: Say): void {
    const { minPrevious = 0, coolDown = 0, maxTriggers = Infinity } = this.#timing;
    // Too late to be the same event: that one has ended, unseen.
    const mayEnd = this.#endsUnseen || (memory.lapsed === true && this.condition.tick === undefined);
    const ended = memory.raised && mayEnd && !heldWithin(this.#silenceAfter(memory), memory, time);
    delete memory.lapsed;
    const isOther = verdict.event !== memory.event;
    if (ended || (memory.raised && isOther)) this.#clear(fix, time, verdict, memory, say);
    if (isOther) Object.assign(memory, { event: verdict.event, onset: null });
    if (memory.onset === null) {
      // What began before the last alert ended belongs to that one, unless it is another event; this one begins now.
      const { onset: since } = verdict;
      const onset = since && (isOther || since.time >= memory.endedAt) ? since : atTime(fix, time);
      if (minPrevious > 0 && onset.time - memory.restingSince < minPrevious * S) {
        memory.restingSince = Infinity;
        return;
      }
      memory.onset = onset;
    }
    memory.held = atTime(fix, time);
    if (memory.raised || !this.#longEnough(memory, time)) return;
    if (memory.triggers >= maxTriggers || time - memory.endedAt < coolDown * S) return;
    memory.raised = true;
    memory.triggers++;
    say.raise(memory.onset, this.#evidence(verdict, memory, fix, time));
    verdict.told?.();
  }

  #rest(fix: FixFacts, time: number, verdict: Verdict<unknown>, memory: TimedMemory, say: Say, inForce: boolean): void {
    if (memory.raised) {
      if (inForce && this.#lingers(memory, time)) {
        memory.lapsed = true;
        return;
      }
      this.#clear(fix, time, verdict, memory, say, inForce ? undefined : 'out-of-hours');
    }
    if (memory.onset !== null || !Number.isFinite(memory.restingSince)) memory.restingSince = time;
    memory.onset = null;
    memory.held = null;
  }

  /** Silence ends only what must be seen again and again to last. */
  #endSilence(fix: FixFacts, time: number, verdict: Verdict<unknown>, memory: TimedMemory, say: Say): void {
    if (this.#timing.linger === undefined || this.#lasts(memory, null)) return;
    if (heldWithin(this.#silenceAfter(memory), memory, time - SILENCE_MS)) return;
    this.#clear(fix, time, verdict, memory, say, 'silent');
    memory.restingSince = time;
    memory.onset = null;
    memory.held = null;
  }

  #clear(
    fix: FixFacts,
    time: number,
    verdict: Verdict<unknown>,
    memory: TimedMemory,
    say: Say,
    reason?: 'out-of-hours' | 'silent',
  ): void {
    say.clear(this.#evidence(verdict, memory, fix, time), reason);
    memory.raised = false;
    delete memory.lapsed;
    memory.onset = null;
    memory.endedAt = time;
  }

  #lingers(memory: TimedMemory, time: number): boolean {
    return heldWithin(this.#timing.linger ?? 0, memory, time);
  }

  #longEnough(memory: TimedMemory, time: number): boolean {
    const { minDuration = 0 } = this.#timing;
    return minDuration === 0 || (memory.onset !== null && time - memory.onset.time > minDuration * S);
  }

  #ownDue({ own }: TimedMemory): number | null {
    return own === undefined ? null : (this.condition.due?.(own) ?? null);
  }

  /** Fixes too far apart are two events, unless the condition itself knows what silence means, or nobody says how far. */
  get #endsUnseen(): boolean {
    const { linger, maxGap } = this.#timing;
    return linger !== undefined && maxGap !== undefined && this.condition.tick === undefined;
  }

  /** Seconds since it held until it has ended: what comes back within `linger` has not, whatever gap may lie between two fixes of an event. */
  #silenceAfter({ lapsed }: TimedMemory): number {
    const { linger = 0, maxGap = 0 } = this.#timing;
    return lapsed || !this.#endsUnseen ? linger : Math.max(linger, maxGap);
  }

  /** Of what is raised: silence does not end it. */
  #lasts(memory: TimedMemory, holds: boolean | null): boolean {
    // A condition that waits for nothing more holds for as long as nothing is heard.
    if (this.#ownDue(memory) === Infinity) return true;
    return !this.#endsUnseen && (this.condition.tick ? holds === true : !memory.lapsed);
  }

  /** When time alone may change something after `time`: what the condition waits for, the end of what lingers, or of its hours. */
  #due(memory: TimedMemory, holds: boolean | null, time: number): number | null {
    const own = this.#ownDue(memory);
    const due = memory.raised
      ? [own, this.#silenceDue(memory, holds), nextEnd(this.definition, this.fence?.hours ?? null, time)]
      : [own, holds !== false && own === Infinity && this.condition.tick ? this.#toldAfter(memory, time) : null];
    const known = due.filter((at) => at !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** When what lasts in silence, and could not be told at `time`, may be: in its hours, after so long, and so long after the last alert. */
  #toldAfter({ onset, endedAt, triggers }: TimedMemory, time: number): number | null {
    if (!this.inForceAt(time)) return nextBegin(this.definition, this.fence?.hours ?? null, time);
    const { minDuration = 0, coolDown = 0, maxTriggers = Infinity } = this.#timing;
    if (onset === null || triggers >= maxTriggers) return null;
    return Math.max(onset.time + minDuration * S + 1, endedAt + coolDown * S);
  }

  #silenceDue(memory: TimedMemory, holds: boolean | null): number | null {
    const { held } = memory;
    if (this.#timing.linger === undefined || held === null || this.#lasts(memory, holds)) return null;
    return held.time + this.#silenceAfter(memory) * S + SILENCE_MS + 1;
  }

  #evidence(verdict: Verdict<unknown>, memory: TimedMemory, fix: FixFacts, time: number): Evidence {
    const { checks, fixes, ...more } = verdict.explain();
    const { minDuration } = this.#timing;
    const all: Check[] = [...checks];
    if (minDuration) {
      const value = memory.onset ? (time - memory.onset.time) / S : 0;
      all.push({ what: 'duration', value, is: '>', threshold: minDuration, unit: 's', result: value > minDuration });
    }
    const { clause } = this.definition;
    return {
      fixes: { onset: memory.onset, ...fixes, deciding: fix },
      checks: all,
      ...(clause === null ? {} : { clause }),
      ...(time === fix.time ? {} : { decidedBySilenceUntil: new Date(time).toISOString() }),
      ...more,
    };
  }
}

/** The fix, as far as it says how things are at `time`, epoch ms. */
function atTime(fix: FixFacts, time: number): FixFacts {
  return time === fix.time ? fix : { ...fix, time };
}

/** Fixes may be this long under way: who has been silent for longer than a condition lasts, plus this, is silent. */
const SILENCE_MS = 120_000;
const MUTE: Say = { raise: () => {}, clear: () => {}, changed: () => {} };

function heldWithin(seconds: number, { held }: TimedMemory, time: number): boolean {
  return held !== null && time - held.time <= seconds * S;
}

function newMemory(): TimedMemory {
  return {
    own: undefined,
    onset: null,
    held: null,
    restingSince: -Infinity,
    raised: false,
    endedAt: -Infinity,
    triggers: 0,
    due: null,
  };
}

function silent(memory: TimedMemory): Verdict<unknown> {
  return { memory: memory.own, holds: null, event: memory.event, explain: () => ({ checks: [] }) };
}
