import { expect, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import type { Fixes } from '../../model/fixes.js';
import { Rehearsals } from '../../parts/rehearsal.js';
import { fixOf, TEN } from '../alerts/support.js';

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
  before: async () => [],
};
const audit = { list: async () => [] };

test.each([
  ['night', 'night'],
  ['rule:night', 'night'],
  ['rule:night:depot', 'night'],
  ['province:night', 'province:night'],
  ['rule:province:night', 'province:night'],
  ['rule:province:night:depot:1', 'province:night'],
  ['fence:depot:enter', null],
])('why-not of %s asks the rule %s', async (asked, rule) => {
  const parts = { catalog: () => catalogWith('night', 'province:night'), history: nothing, audit };
  expect((await new Rehearsals(parts, ECHO).whyNot(1, asked, TEN))?.rules).toEqual([rule]);
});

test('why-not of what no rule is, or was, asks nothing', async () => {
  const rehearsals = new Rehearsals({ catalog: () => catalogWith('night'), history: nothing, audit }, ECHO);
  for (const id of ['none', 'rule:none']) expect(await rehearsals.whyNot(1, id, TEN)).toBeNull();
});

test('why-not reads the newest fixes, back to a day before the rule, and says how far it came', async () => {
  const asked: number[][] = [];
  const before = async (...question: number[]) => {
    asked.push(question);
    const [, time, , limit] = question;
    return Array.from({ length: limit }, (_, i) => fixOf(1, { at: (time - 1 - TEN) / 1000 - i * 10 }));
  };
  const rehearsals = new Rehearsals(
    { catalog: () => catalogWith('night'), history: { ...nothing, before }, audit },
    ECHO,
  );
  const time = TEN + 30 * 86_400_000;
  const found = await rehearsals.whyNot(1, 'night', time);
  expect(asked).toEqual([[1, time + 1, TEN - 26 * 3_600_000, 100_001]]);
  expect(found).toMatchObject({
    read: { from: time - 99_999 * 10_000, fixes: 100_000, complete: false },
    forms: [{ object: 'rule/night', revision: 2, form: 'then' }],
  });
  await rehearsals.whyNot(1, 'night', TEN - 1);
  expect(asked[1][2]).toBe(0); // of a form that is younger than that: as if it always had been
});

test('of too many at once the last hears that there is no room', async () => {
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const before = async () => {
    await gate;
    return [];
  };
  const parts = { catalog: () => catalogWith('night'), history: { ...nothing, before }, audit };
  const rehearsals = new Rehearsals(parts, ECHO, { atOnce: 1, waiting: 1 });
  const first = rehearsals.whyNot(1, 'night', TEN);
  const second = rehearsals.whyNot(1, 'night', TEN);
  await expect(rehearsals.whyNot(1, 'night', TEN)).rejects.toMatchObject({ code: 'busy' });
  goOn();
  expect((await Promise.all([first, second])).map((found) => found?.rules)).toEqual([['night'], ['night']]);
});
