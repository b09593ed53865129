import type { z } from 'zod';
import { ApiError } from './http/errors.js';
import { timeParam } from './parameters.js';

const DAY_MS = 86_400_000;

/** The period that a question is about: `from` ≤ t < `to`. */
export const periodQuery = {
  from: timeParam.optional().meta({ description: '24 hours before `to` where absent' }),
  to: timeParam.optional().meta({ description: 'now where absent; not included' }),
};

/** Epoch ms. Throws 'bad-request' where the period is empty, or longer than `mostDays`. */
export function period(
  query: { from?: z.output<typeof timeParam>; to?: z.output<typeof timeParam> },
  now: number,
  mostDays: number,
  where = 'query',
): { from: number; to: number } {
  const to = query.to ?? now;
  const from = query.from ?? to - DAY_MS;
  const problem =
    from >= to
      ? { path: `${where}.from`, message: 'is not before `to`' }
      : to - from > mostDays * DAY_MS
        ? { path: `${where}.to`, message: `is more than ${mostDays} days after \`from\`` }
        : null;
  if (problem) throw new ApiError('bad-request', `${problem.path}: ${problem.message}`, [problem]);
  return { from, to };
}
