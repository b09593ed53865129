import type { Refusal } from '../../store/registry.js';
import { ApiError, type ErrorCode, RETRY_SOON } from './errors.js';

const CODES: Record<Refusal['refused'], ErrorCode> = {
  invalid: 'bad-request',
  'not-found': 'not-found',
  unavailable: 'busy',
};

/** What the registry refused, as the API says it. */
export function refusal({ refused, problems }: Refusal): ApiError {
  const [first] = problems;
  const message = first ? (first.path ? `${first.path}: ${first.message}` : first.message) : `refused: ${refused}`;
  return new ApiError(CODES[refused], message, problems, refused === 'unavailable' ? RETRY_SOON : []);
}
