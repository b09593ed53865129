import type { FenceRule, OverspeedRule } from '../../model/fence.js';

/** What the editor of fences asks for about rules. */
export interface RuleChoices {
  enter: boolean;
  exit: boolean;
  /** Seconds inside before entering counts, and outside before leaving does; NaN: at once. */
  enterAfter: number;
  exitAfter: number;
  /** km/h; NaN: no rule about speed. */
  limit: number;
  /** Seconds; NaN: at once. */
  duration: number;
}

/** As the rules of a fence are now. */
export function choicesOf(rules: readonly FenceRule[]): RuleChoices {
  const [enter, exit] = (['enter', 'exit'] as const).map((type) => rules.find((rule) => rule.type === type));
  const overspeed = rules.find(isOverspeed);
  return {
    enter: enter !== undefined,
    exit: exit !== undefined,
    enterAfter: enter?.timing?.minDuration ?? NaN,
    exitAfter: exit?.timing?.minDuration ?? NaN,
    limit: typeof overspeed?.limit === 'number' ? overspeed.limit : NaN,
    duration: overspeed?.duration ?? NaN,
  };
}

/** The rules as chosen; what they say beyond that, such as a schedule or a limit for each segment, stays as it was. */
export function rulesOf(before: readonly FenceRule[], chosen: RuleChoices): FenceRule[] {
  const { limit, duration } = chosen;
  const crossing = (['enter', 'exit'] as const)
    .filter((type) => chosen[type])
    .map((type) => after(before.find((rule) => rule.type === type) ?? { type }, chosen[`${type}After`]));
  const overspeed = before.find(isOverspeed);
  if (hasLimits(before)) return [...crossing, overspeed!];
  if (!Number.isFinite(limit)) return crossing;
  return [
    ...crossing,
    { ...overspeed, type: 'overspeed', limit, duration: Number.isFinite(duration) ? duration : undefined },
  ];
}

/** Whether the rule says when it counts beyond what the editor asks for. */
export function isTimedElse({ timing = {}, schedule }: FenceRule): boolean {
  const { minDuration: _, ...others } = timing;
  return schedule !== undefined || Object.keys(others).length > 0;
}

/** `seconds`: NaN where it counts at once. */
function after(rule: FenceRule, seconds: number): FenceRule {
  const { minDuration: _, ...timing } = rule.timing ?? {};
  if (Number.isFinite(seconds)) return { ...rule, timing: { ...timing, minDuration: seconds } };
  const { timing: __, ...others } = rule;
  return Object.keys(timing).length === 0 ? others : { ...others, timing };
}

/** A limit for each segment of a corridor, which is beyond an input of its own. */
export function hasLimits(rules: readonly FenceRule[]): boolean {
  return Array.isArray(rules.find(isOverspeed)?.limit);
}

function isOverspeed(rule: FenceRule): rule is OverspeedRule {
  return rule.type === 'overspeed';
}
