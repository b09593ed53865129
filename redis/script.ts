import { createHash } from 'node:crypto';
import type { Redis } from './connect.js';

/** A Lua script, sent whole only to a Redis that does not know it yet: it is often as long as what it is about. */
export class Script {
  readonly #sha: string;

  constructor(readonly text: string) {
    this.#sha = createHash('sha1').update(text).digest('hex');
  }

  /** In a cluster all keys are in one slot. Rejects as Redis does. */
  async run(redis: Redis, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.text, keys.length, ...keys, ...args);
    }
  }
}
