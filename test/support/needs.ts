import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'vitest';
import { mosquittoPath } from '../../bench/support/mosquitto.js';
import { redisPath } from './redis.js';
import { canMount } from './small-disk.js';

/** What some tests need and no package brings: how to find it, and what to say to a person whose machine lacks it. */
const OUTSIDE = {
  postgres: {
    find: () => process.env.TEST_PG_URL,
    mend: 'TEST_PG_URL names no PostgreSQL or TimescaleDB; .ci/timescaledb starts one',
    service: true,
  },
  // No public mirror of Debian has it and its licence is not ours to hand on, so CI does without.
  community: {
    find: () => process.env.TEST_PG_COMMUNITY_URL,
    mend: 'TEST_PG_COMMUNITY_URL names no TimescaleDB of the Community edition; CONTRIBUTING.md says how to have one',
    service: false,
  },
  chromium: {
    find: () =>
      [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
        (path) => path && existsSync(path),
      ),
    mend: 'no Chromium; apt-get install chromium, or set CHROMIUM_PATH',
    service: true,
  },
  mosquitto: {
    find: mosquittoPath,
    mend: 'no Mosquitto; apt-get install mosquitto',
    service: true,
  },
  redis: {
    find: redisPath,
    mend: 'no Redis; apt-get install redis-server',
    service: true,
  },
  mounts: {
    find: () => (canMount() ? 'tmpfs' : undefined),
    mend: 'no right to mount a small file system; run as root',
    service: false,
  },
  openssl: {
    find: () => ['/usr/bin/openssl', '/opt/homebrew/bin/openssl'].find((path) => existsSync(path)),
    mend: 'no openssl; apt-get install openssl',
    service: true,
  },
  // Recorded tracks and test vectors are not ours to hand out, so a clone without them is whole.
  recordings: {
    find: () => {
      const folder = resolve(process.env.CHEJI_SHARED ?? join(import.meta.dirname, '../../../shared'));
      return existsSync(join(folder, 'data')) ? folder : undefined;
    },
    mend: 'no recorded tracks beside the repository; CHEJI_SHARED names their folder',
    service: false,
  },
} as const;

export type Outside = keyof typeof OUTSIDE;

/** Where it is: a URL or a path; undefined where this machine lacks it. */
export function find(what: Outside): string | undefined {
  return OUTSIDE[what].find() || undefined;
}

/**
 * A `describe` for tests that need something from outside; they are handed its URL or path.
 * Without it the suite is one skipped test, listed by name at the end of the run; with CHEJI_REQUIRE_SERVICES=1 a
 * missing server is a failed test.
 */
export function needs(what: Outside, name: string, tests: (where: string) => void): void {
  const where = find(what);
  if (where) {
    describe(name, () => tests(where));
    return;
  }
  const { mend, service } = OUTSIDE[what];
  const title = `${name} (needs ${what}: ${mend})`;
  if (service && process.env.CHEJI_REQUIRE_SERVICES === '1') {
    test(title, () => {
      throw new Error(`CHEJI_REQUIRE_SERVICES=1, and ${mend}`);
    });
  } else {
    test.skip(title, () => {});
  }
}
