import type { FenceRule, OverspeedRule } from '../../model/fence.js';

/** What the editor of fences asks for about rules. */
export interface RuleChoices {
  enter: boolean;
  exit: boolean;
  /** km/h; NaN: no rule about speed. */
  limit: number;
  /** Seconds; NaN: at once. */
  duration: number;
}

/** As the rules of a fence are now. */
export function choicesOf(rules: readonly FenceRule[]): RuleChoices {
  const overspeed = rules.find(isOverspeed);
  return {
    enter: rules.some(({ type }) => type === 'enter'),
    exit: rules.some(({ type }) => type === 'exit'),
    limit: typeof overspeed?.limit === 'number' ? overspeed.limit : NaN,
    duration: overspeed?.duration ?? NaN,
  };
}

/** The rules as chosen; what they say beyond that, such as a limit for each segment, stays as it was. */
export function rulesOf(before: readonly FenceRule[], { enter, exit, limit, duration }: RuleChoices): FenceRule[] {
  const crossing = (['enter', 'exit'] as const)
    .filter((type) => (type === 'enter' ? enter : exit))
    .map((type) => before.find((rule) => rule.type === type) ?? { type });
  const overspeed = before.find(isOverspeed);
  if (hasLimits(before)) return [...crossing, overspeed!];
  if (!Number.isFinite(limit)) return crossing;
  return [
    ...crossing,
    { ...overspeed, type: 'overspeed', limit, duration: Number.isFinite(duration) ? duration : undefined },
  ];
}

/** A limit for each segment of a corridor, which is beyond an input of its own. */
export function hasLimits(rules: readonly FenceRule[]): boolean {
  return Array.isArray(rules.find(isOverspeed)?.limit);
}

function isOverspeed(rule: FenceRule): rule is OverspeedRule {
  return rule.type === 'overspeed';
}
