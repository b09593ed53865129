import { expect, test } from 'vitest';
import { auditEntry } from '../../model/audit.js';
import type { Change } from '../../model/change.js';

const change = (fields: object) => ({ revision: 7, at: 1000, ...fields }) as Change;

test.each<[string, object, object]>([
  [
    'a form that something gets',
    { type: 'fence-put', by: 'admin', fence: { id: 'gate', no: 3, revision: 7 } },
    { objects: ['fence/gate'], content: { fence: { id: 'gate', no: 3, revision: 7 } } },
  ],
  [
    'something that goes',
    { type: 'vehicle-delete', by: 'admin', no: 3, id: 'v3' },
    { objects: ['vehicle/v3'], content: null },
  ],
  [
    'what is said of many alerts, without the alerts that come along',
    {
      type: 'alert-actions',
      by: 'li',
      word: { action: 'dismiss', reason: 'drift', note: 'viaduct' },
      targets: [{ alertId: 'abc' }, { alertId: 'def', alert: { id: 'def', evidence: {} } }],
    },
    {
      actor: 'li',
      objects: ['alert/abc', 'alert/def'],
      note: 'viaduct',
      content: {
        word: { action: 'dismiss', reason: 'drift', note: 'viaduct' },
        targets: [{ alertId: 'abc' }, { alertId: 'def' }],
      },
    },
  ],
  [
    'an act on an alert as logs of before have it, with the note that explains it',
    { type: 'alert-action', alertId: 'abc', action: 'resolve', by: 'li', note: 'called the driver' },
    { actor: 'li', objects: ['alert/abc'], note: 'called the driver', content: { alertId: 'abc', action: 'resolve' } },
  ],
  [
    'commands, whose giver is in each of them',
    {
      type: 'command-put',
      commands: [
        { id: 'c1', vehicleId: 'v1', by: 'system', terminal: { protocol: 'jt808', number: '1' } },
        { id: 'c2', vehicleId: 'v2', by: 'system', terminal: { protocol: 'jt808', number: '2' } },
      ],
    },
    { actor: 'system', objects: ['command/c1', 'command/c2', 'vehicle/v1', 'vehicle/v2'] },
  ],
  [
    'many at once',
    { type: 'roads-delete', by: 'admin', ids: ['a', 'b'] },
    { objects: ['road/a', 'road/b'], content: null },
  ],
  [
    'roads that were brought in together',
    { type: 'road-set-delete', by: 'admin', set: 'wuxi', before: 9 },
    { objects: ['road-set/wuxi'], content: null },
  ],
  [
    'something that has no name of its own',
    { type: 'settings-put', by: 'settings', settings: { speedDurationS: 30 } },
    { objects: ['settings'], content: { settings: { speedDurationS: 30 } } },
  ],
  [
    'what is said of a terminal',
    { type: 'quirks-put', by: 'admin', protocol: 'jt808', number: '123', quirks: null },
    { objects: ['terminal/jt808-123'] },
  ],
  [
    'a type that nobody has thought of yet',
    { type: 'pigeon-put', by: 'wang', pigeon: { id: 'p1', vehicleId: 'v9' } },
    { actor: 'wang', action: 'pigeon-put', objects: ['pigeon/p1', 'vehicle/v9'] },
  ],
])('%s', (_what, given, expected) => {
  const entry = auditEntry(change(given), 42);
  expect(entry).toMatchObject({ seq: 42, at: 1000, note: null, ...expected });
});

test.each([
  { type: 'tick', time: 5 },
  { type: 'terminal-put', terminal: { protocol: 'jt808', number: '1', registered: true } },
  { type: 'vehicle-put', vehicle: { id: 'made-on-first-contact' } },
  { type: 'command-step', steps: [{ id: 'c1', state: 'sent' }] },
  { type: 'upload', upload: { id: 'u1', vehicleId: 'v1' } },
])('nobody stands behind $type: no entry', (given) => {
  expect(auditEntry(change(given), 1)).toBeNull();
});

test('what is too long to keep is told by its length, and objects are bounded', () => {
  const roads = Array.from({ length: 3000 }, (_, i) => ({ id: `r${i}`, geometry: 'x'.repeat(50) }));
  const entry = auditEntry(change({ type: 'roads-put', by: 'admin', roads }), 1);
  expect(entry?.content).toEqual({ chars: JSON.stringify({ roads }).length });
  expect(entry?.objects).toHaveLength(1000);
});
