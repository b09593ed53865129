import { expect, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import type { Fixes } from '../../model/fixes.js';
import { Rehearsals } from '../../parts/rehearsal.js';
import { TEN } from '../alerts/support.js';

/** A thread that answers at the end which rules it was given. */
const ANSWER = `
  import { parentPort, workerData } from 'node:worker_threads';
  parentPort.on('message', ({ type }) => {
    if (type !== 'end') return;
    parentPort.postMessage({ fixes: 0, alerts: [[]], whyNot: workerData.rules.map((rule) => rule?.id ?? null) });
    parentPort.close();
  });`;
const ECHO = new URL(`data:text/javascript,${encodeURIComponent(ANSWER)}`);

function catalogWith(...ruleIds: string[]): Catalog {
  const catalog = new Catalog();
  const vehicle = { no: 1, id: 'v1', plate: null, plateColor: null, category: 'coach' as const, terminals: [] };
  const facts = { company: null, region: null, createdAt: TEN };
  catalog.apply({ type: 'vehicle-put', revision: 1, at: TEN, vehicle: { ...vehicle, ...facts } });
  for (const [i, id] of ruleIds.entries()) {
    const form = { id, name: id, type: 'offline', params: {}, scope: {}, schedule: {}, timing: {} };
    const dates = { effectiveFrom: null, effectiveTo: null, createdAt: TEN, updatedAt: TEN };
    const rule = { ...form, ...dates, severity: 'info' as const, clause: null, enabled: true, revision: i + 2 };
    catalog.apply({ type: 'rule-put', revision: i + 2, at: TEN, rule });
  }
  return catalog;
}

const nothing = {
  async *track(): AsyncGenerator<Fixes> {
    yield [];
  },
};

test.each([
  ['night', 'night'],
  ['rule:night', 'night'],
  ['rule:night:depot', 'night'],
  ['province:night', 'province:night'],
  ['rule:province:night', 'province:night'],
  ['rule:province:night:depot:1', 'province:night'],
  ['fence:depot:enter', null],
  ['rule:none', null],
])('why-not of %s asks the rule %s', async (asked, rule) => {
  const rehearsals = new Rehearsals({ catalog: () => catalogWith('night', 'province:night'), history: nothing }, ECHO);
  expect(await rehearsals.whyNot(1, asked, TEN)).toEqual([rule]);
});

test('of too many at once the last hears that there is no room', async () => {
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const history = {
    async *track(): AsyncGenerator<Fixes> {
      await gate;
      yield [];
    },
  };
  const rehearsals = new Rehearsals({ catalog: () => catalogWith('night'), history }, ECHO, { atOnce: 1, waiting: 1 });
  const first = rehearsals.whyNot(1, 'night', TEN);
  const second = rehearsals.whyNot(1, 'night', TEN);
  await expect(rehearsals.whyNot(1, 'night', TEN)).rejects.toMatchObject({ code: 'busy' });
  goOn();
  expect(await Promise.all([first, second])).toEqual([['night'], ['night']]);
});
