import type { z } from 'zod';
import type { Severity } from '../model/alert.js';
import type { RuleTiming } from '../model/rule.js';
import type { FixFacts } from './fix-facts.js';
import type { Check, Review, RuleFence, RuleInput } from './rule.js';

/** What a condition says of the fix, or of the time, in hand. */
export interface Verdict<Memory> {
  memory: Memory | undefined;
  /** null: the fix says nothing, and everything stays as it was. */
  holds: boolean | null;
  /** Since when, where that is not the fix in hand. */
  onset?: FixFacts;
  /** What tells one event from the next: where it is another, the one before has ended. */
  event?: string;
  /** Asked for only where an alert is raised or cleared, or where somebody wants to know why not. */
  explain: () => { checks: Check[]; fixes?: Record<string, FixFacts | null>; [more: string]: unknown };
  /** Called where this raises an alert: keeps what a late fix may show to have been otherwise. */
  told?: () => void;
  /** The fix in hand is not the newest of what the condition counts: numbers of the vehicles whose past it has changed. Where `holds` is not null, it says something of the present, too. */
  past?: readonly number[];
}

/** What was, as it is known now. */
export interface Past<Memory> {
  /** Epoch ms: of before nothing changes any more. */
  floor: number;
  /** What is remembered from now on. */
  memory: Memory;
  /** In order; `time` is that of the fix, or of the silence after it. */
  moments: { fix: FixFacts; time: number; verdict: Verdict<Memory> }[];
  /** Ends are told again, too: they are as exact as begins. */
  endsCount?: boolean;
  /** Begins are known no better than this, ms; 0 where absent. */
  slackMs?: number;
}

/**
 * The heart of a rule: whether its condition holds. Pure; what it remembers of a vehicle is plain values. Scope, schedule and timing
 * are around it (timed-rule.ts).
 */
export interface Condition<Memory> {
  judge(input: RuleInput, memory: Memory | undefined): Verdict<Memory>;
  /** When silence alone changes the verdict, epoch ms; null: never. */
  due?(memory: Memory): number | null;
  /** The vehicle has sent nothing since `last`, and it is `time` now. */
  tick?(time: number, last: FixFacts, memory: Memory): Verdict<Memory>;
  /** What is known now of an alert that was told of the vehicle at `at`, epoch ms; null where that is forgotten. Instead of `past`. */
  review?(input: RuleInput, at: number): Review | null;
  /** Numbers of the vehicles whose past a card of the time `at` (epoch ms) changes; of kinds that hear of cards. */
  changedByCard?(input: RuleInput, memory: Memory, at: number): readonly number[];
  /** The vehicle's past until `until`, epoch ms; of kinds that retell. Null: nothing is known of it. */
  past?(input: RuleInput, memory: Memory, until: number): Past<Memory> | null;
}

/** A kind of rule, with its types erased: what the book of rules holds. */
export interface RuleKind {
  readonly type: string;
  /** What it finds, in one sentence. */
  readonly describe: string;
  /** `each`: a rule for each fence of the scope, asked inside it, or one without a fence where the scope has none; `all`: fences together; `none`: without fences. */
  readonly fences: 'each' | 'all' | 'none';
  /** Among kinds with fences: one without any holds everywhere, or with these parameters it does. */
  readonly everywhere: boolean | ((params: unknown) => boolean);
  readonly severity: Severity;
  /** False where what others do, or did before, has a say: a run of late fixes cannot be judged by itself. */
  readonly judgesLate: boolean;
  /** Fixes that come late are asked about like any other, and what they change is told again (`Condition.past`). */
  readonly retells: boolean;
  /** Asked, too, for reports without a fix, and for those of a clock that stands. */
  readonly hearsReports: boolean;
  /** Cards are kept by their own time, and one of which is heard late is told again (`Condition.past`). */
  readonly hearsCards: boolean;
  /** It is about silence: a rule that is new begins with the newest fix of each vehicle, however long ago that was. */
  readonly beginsInSilence: boolean;
  readonly params: z.ZodType;
  readonly timing: RuleTiming;
  /** Things that are each an alert of their own: a rule is made for each, with a memory of its own. Null: it is one thing. */
  readonly parts: ((params: unknown) => readonly string[]) | null;
  /** `part`: one of `parts`; empty where there are none. */
  build(params: unknown, fences: readonly RuleFence[], part: string): Condition<unknown>;
}

/** Where every kind of rule is made: ties the types of its parameters and its memory together. */
export function ruleKind<P, M>(kind: {
  type: string;
  describe: string;
  fences?: RuleKind['fences'];
  everywhere?: boolean | ((params: P) => boolean);
  judgesLate?: boolean;
  retells?: boolean;
  hearsReports?: boolean;
  hearsCards?: boolean;
  beginsInSilence?: boolean;
  severity?: Severity;
  params: z.ZodType<P>;
  timing?: RuleTiming;
  parts?: (params: P) => readonly string[];
  build(params: P, fences: readonly RuleFence[], part: string): Condition<M>;
}): RuleKind {
  const { parts, everywhere = false } = kind;
  return {
    fences: 'none',
    judgesLate: true,
    retells: false,
    hearsReports: false,
    hearsCards: false,
    beginsInSilence: false,
    severity: 'warning',
    timing: {},
    ...kind,
    // The parameters have been through `params`, and a memory comes back to the condition that made it.
    everywhere: typeof everywhere === 'boolean' ? everywhere : (params) => everywhere(params as P),
    parts: parts ? (params) => parts(params as P) : null,
    build: (params, fences, part) => kind.build(params as P, fences, part) as Condition<unknown>,
  };
}

/** Whether a rule of this kind that names no fences holds everywhere; with parameters that could not be read (undefined) it may. */
export function isEverywhere({ everywhere }: RuleKind, params: unknown): boolean {
  if (typeof everywhere === 'boolean') return everywhere;
  return params === undefined || everywhere(params);
}
