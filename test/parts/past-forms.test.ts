import { expect, test } from 'vitest';
import type { AuditRecord } from '../../model/audit.js';
import { Catalog } from '../../model/catalog.js';
import type { Fence } from '../../model/fence.js';
import type { RuleDefinition } from '../../model/rule.js';
import { PastForms } from '../../parts/past-forms.js';
import { square, TEN } from '../alerts/support.js';

const DAY = 86_400_000;

function ruleAt(revision: number, updatedAt: number, createdAt = TEN): RuleDefinition {
  return {
    id: 'stay',
    name: `revision ${revision}`,
    type: 'dwell-too-long',
    params: { seconds: 60 },
    scope: { fences: ['zone'] },
    schedule: {},
    timing: {},
    severity: 'warning',
    clause: null,
    effectiveFrom: null,
    effectiveTo: null,
    enabled: true,
    revision,
    createdAt,
    updatedAt,
  };
}

function zoneAt(revision: number, updatedAt: number, createdAt = TEN): Fence {
  const properties = { name: `revision ${revision}`, rules: [] };
  return { no: 1, id: 'zone', revision, geometry: square(0, 0), properties, createdAt, updatedAt };
}

function catalogOf(rule: RuleDefinition | null, zone: Fence | null): Catalog {
  const catalog = new Catalog();
  if (zone) catalog.apply({ type: 'fence-put', revision: 1, at: 0, fence: zone });
  if (rule) catalog.apply({ type: 'rule-put', revision: 2, at: 0, rule });
  return catalog;
}

function entry(object: string, at: number, content: AuditRecord['content']): AuditRecord {
  const action = `${object.split('/')[0]}-${content ? 'put' : 'delete'}`;
  return { seq: at, at, actor: 'admin', action, objects: [object], note: null, content, before: null };
}

/** What is asked of the audit, and what it answers. */
function auditOf(...entries: AuditRecord[]) {
  const asked: string[] = [];
  const list = async ({ object = [], to = Infinity }: { object?: readonly string[]; to?: number }) => {
    asked.push(...object);
    const found = entries.filter(({ objects, at }) => objects.some((each) => object.includes(each)) && at < to);
    return found.sort((a, b) => b.at - a.at);
  };
  return { asked, past: new PastForms({ list }) };
}

test('what has not changed since is as it is today: nothing is looked up', async () => {
  const { asked, past } = auditOf();
  const found = await past.at('stay', TEN + DAY, catalogOf(ruleAt(2, TEN), zoneAt(1, TEN)));
  expect(found).toMatchObject({ rule: { revision: 2 }, fences: [{ revision: 1 }] });
  expect(found?.forms).toEqual([
    { object: 'rule/stay', revision: 2, form: 'then' },
    { object: 'fence/zone', revision: 1, form: 'then' },
  ]);
  expect(asked).toEqual([]);
});

test('the rule and its fence as the audit has them of that time', async () => {
  const { past } = auditOf(
    entry('rule/stay', TEN, { rule: ruleAt(2, TEN) }),
    entry('rule/stay', TEN + 2 * DAY, { rule: ruleAt(5, TEN + 2 * DAY) }),
    entry('fence/zone', TEN, { fence: zoneAt(1, TEN) }),
  );
  const catalog = catalogOf(ruleAt(9, TEN + 3 * DAY), zoneAt(8, TEN + 3 * DAY));
  const found = await past.at('rule:stay:zone', TEN + DAY, catalog);
  expect(found).toMatchObject({ rule: { revision: 2, name: 'revision 2' }, fences: [{ revision: 1 }] });
  expect((await past.at('stay', TEN + 2 * DAY, catalog))?.rule?.revision).toBe(5);
});

test('a rule and a fence that are gone today', async () => {
  const { past } = auditOf(
    entry('rule/stay', TEN, { rule: ruleAt(2, TEN) }),
    entry('rule/stay', TEN + 2 * DAY, null),
    entry('fence/zone', TEN, { fence: zoneAt(1, TEN) }),
  );
  const found = await past.at('rule:stay:zone', TEN + DAY, catalogOf(null, null));
  expect(found).toMatchObject({ rule: { revision: 2 }, fences: [{ id: 'zone' }] });
  expect(await past.at('stay', TEN + 3 * DAY, catalogOf(null, null))).toBeNull();
  expect(await past.at('none', TEN, catalogOf(null, null))).toBeNull();
});

test('what was not there then, and what nobody knows of then', async () => {
  const young = catalogOf(ruleAt(9, TEN + DAY, TEN + DAY), zoneAt(8, TEN + DAY));
  const found = await auditOf().past.at('stay', TEN, young);
  expect(found?.rule?.revision).toBe(9);
  expect(found?.forms).toEqual([
    { object: 'rule/stay', revision: 9, form: 'absent' },
    { object: 'fence/zone', revision: 8, form: 'today' },
  ]);
  // Too long for the audit: it has its size.
  const long = auditOf(entry('fence/zone', TEN - DAY, { chars: 100_000 }));
  expect((await long.past.at('stay', TEN, young))?.forms[1]).toMatchObject({ form: 'today' });
  const deleted = auditOf(entry('fence/zone', TEN - DAY, null));
  expect((await deleted.past.at('stay', TEN, young))?.forms[1]).toMatchObject({ form: 'absent' });
});

test('rules of fences and of the settings', async () => {
  const { past } = auditOf(
    entry('fence/zone', TEN, { fence: zoneAt(1, TEN) }),
    entry('settings', TEN, { settings: { speedLimits: { coach: 70 }, speedDurationS: 30 } }),
  );
  const catalog = catalogOf(null, zoneAt(8, TEN + DAY));
  const ofFence = await past.at('fence:zone:exit:2', TEN, catalog);
  expect(ofFence).toMatchObject({
    rule: null,
    fences: [{ revision: 1 }],
    forms: [{ object: 'fence/zone', form: 'then' }],
  });
  const ofSettings = await past.at('speed-limit:coach', TEN, catalog);
  expect(ofSettings).toMatchObject({ rule: null, settings: { speedLimits: { coach: 70 } } });
  expect((await past.at('speed-limit:coach', TEN - 1, catalog))?.forms).toMatchObject([{ form: 'today' }]);
});
