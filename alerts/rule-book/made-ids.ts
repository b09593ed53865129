import type { RuleDefinition } from '../../model/rule.js';
import { ruleKindOf } from '../rules/rule-kinds.js';

/** Of the rule that is made of a definition, whole or for one `part` of it: a fence, or one of several things that the kind finds. */
export function madeId(definitionId: string, part?: string): string {
  return part === undefined ? `rule:${definitionId}` : `rule:${definitionId}:${part}`;
}

type Named = Pick<RuleDefinition, 'id' | 'type' | 'params' | 'scope'>;

/** Ids may have colons, so that two definitions may make one id: the first of `others` that would, or null. */
export function clashOf(rule: Named, others: Iterable<Named>): Named | null {
  const ids = new Set(madeIds(rule));
  for (const other of others) {
    // Nearly all others: neither id goes on where the other one ends.
    const isNear = other.id.startsWith(`${rule.id}:`) || rule.id.startsWith(`${other.id}:`);
    if (isNear && madeIds(other).some((id) => ids.has(id))) return other;
  }
  return null;
}

/** Of fences that exist or do not. */
function madeIds({ id, type, params, scope }: Named): string[] {
  const kind = ruleKindOf(type);
  const parts = kind?.parts?.(params) ?? (kind?.fences === 'each' ? scope.fences : undefined);
  return parts ? parts.map((part) => madeId(id, part)) : [madeId(id)];
}
