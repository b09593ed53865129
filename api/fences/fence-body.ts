import { parseFence } from '../../geo/fence-input.js';
import type { Datum } from '../../model/datum.js';
import type { FenceGeometry, FenceProperties } from '../../model/fence.js';
import { fromDatum } from '../datum.js';
import { ApiError, type ErrorCode, type ErrorDetail } from '../http/errors.js';
import { parseJson } from '../http/json-body.js';

export const MAX_FEATURES = 1000;

/** A fence as it was sent, and found good. */
export interface FenceRead {
  /** That the Feature names itself by. */
  id?: string;
  geometry: FenceGeometry;
  properties: FenceProperties;
}

/** What a body holds: the fences before the first thing that is wrong, and that. */
export interface FenceBody {
  /** They came as a FeatureCollection. */
  many: boolean;
  fences: FenceRead[];
  refused: { code: ErrorCode; message: string; details: readonly ErrorDetail[] } | null;
}

/**
 * Reads a Feature, or a FeatureCollection of at most 1,000, that was sent to make fences. `datum`: what its places refer to. `pathId`:
 * that of the fence, where the path names it; the body is one Feature then. Knows nothing of other fences, so that it may run in
 * any thread.
 */
export function readFenceBody(text: string, datum: Datum, pathId?: string): FenceBody {
  const read: FenceBody = { many: false, fences: [], refused: null };
  try {
    const body = fromDatum(datum, parseJson(text, 'body'));
    read.many = pathId === undefined && isCollection(body);
    if (read.many) readCollection((body as { features: unknown[] }).features, read.fences);
    else read.fences.push(readFence(body, 'body', pathId));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { code, message, details } = error;
    read.refused = { code, message, details };
  }
  return read;
}

function readCollection(features: readonly unknown[], fences: FenceRead[]): void {
  if (features.length === 0 || features.length > MAX_FEATURES) {
    throw wrong('body.features', `1 to ${MAX_FEATURES} features are needed; got ${features.length}`);
  }
  for (const [i, feature] of features.entries()) fences.push(readFence(feature, `body.features[${i}]`));
}

function readFence(feature: unknown, path: string, pathId?: string): FenceRead {
  const own = idOf(feature);
  if (pathId !== undefined && own !== undefined && own !== pathId) {
    throw wrong(`${path}.id`, `"${own}" is not the id of the path, "${pathId}"`);
  }
  const parsed = parseFence(feature, pathId ?? own);
  if (!('problems' in parsed)) return own === undefined ? parsed : { id: own, ...parsed };
  const details = parsed.problems.map((problem) => ({
    path: problem.path ? `${path}.${problem.path}` : path,
    message: problem.message,
  }));
  throw new ApiError('bad-request', `${details[0].path}: ${details[0].message}`, details);
}

function wrong(path: string, message: string): ApiError {
  return new ApiError('bad-request', `${path}: ${message}`, [{ path, message }]);
}

function isCollection(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    'type' in body &&
    body.type === 'FeatureCollection' &&
    'features' in body &&
    Array.isArray(body.features)
  );
}

function idOf(feature: unknown): string | undefined {
  const id = typeof feature === 'object' && feature !== null && 'id' in feature ? feature.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}
