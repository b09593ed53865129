import type { Refusal } from '../../store/registry.js';
import { ApiError, type ErrorCode, RETRY_SOON } from './errors.js';

const CODES: Record<Refusal['refused'], ErrorCode> = {
  invalid: 'bad-request',
  'not-found': 'not-found',
  unavailable: 'busy',
};

/** What the registry refused, as the API says it; `under`: what its places are in, as `body`, where they do not say it. */
export function refusal({ refused, problems: found }: Refusal, under = ''): ApiError {
  const problems = under === '' ? found : found.map((it) => (it.path ? { ...it, path: `${under}.${it.path}` } : it));
  const [first] = problems;
  const message = first ? (first.path ? `${first.path}: ${first.message}` : first.message) : `refused: ${refused}`;
  return new ApiError(CODES[refused], message, problems, refused === 'unavailable' ? RETRY_SOON : []);
}
