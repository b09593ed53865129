/** `ms` were over before the work was done. */
export class DeadlineError extends Error {}

/**
 * Does some work, with a signal that is aborted when `ms` are over or `stop` is. Rejects with DeadlineError in the first case.
 * Unlike AbortSignal.any it leaves nothing behind on `stop`, which lives as long as its receiver.
 */
export async function within<T>(ms: number, stop: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    own.abort();
  }, ms);
  const end = () => own.abort();
  stop.addEventListener('abort', end);
  if (stop.aborted) end();
  try {
    return await Promise.race([work(own.signal), aborted(own.signal)]);
  } catch (error) {
    throw late ? new DeadlineError(`no answer within ${ms} ms`) : error;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new Error('broken off'));
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
