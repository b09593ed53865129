import { expect, test } from 'vitest';
import type { AuditRecord } from '../../model/audit.js';
import { startTestApi } from './support.js';

type Page = { items: { after: unknown }[]; cursor: string | null };

const record = (seq: number, more: Partial<AuditRecord> = {}): AuditRecord => ({
  seq,
  at: Date.UTC(2025, 0, 1) + seq * 1000,
  actor: 'admin',
  action: 'vehicle-put',
  objects: ['vehicle/v1'],
  note: null,
  before: null,
  content: { vehicle: { id: 'v1', drivers: [{ certificate: '330106199001011234', from: null }] } },
  ...more,
});

test('acts come newest first, page by page, and people in them are masked', async () => {
  const { audited, get } = await startTestApi();
  audited.push(
    record(3, { action: 'alert-action', note: 'seen', content: { action: 'resolve' } }),
    record(2),
    record(1),
  );
  const page = (await (await get('/v1/audit?limit=2')).json()) as Page;
  expect(page.items[0]).toEqual({
    time: '2025-01-01T00:00:03.000Z',
    actor: 'admin',
    action: 'alert-action',
    objects: ['vehicle/v1'],
    note: 'seen',
    before: null,
    after: { action: 'resolve' },
  });
  expect(page.items[1].after).toMatchObject({
    vehicle: { drivers: [{ certificate: '330***********1234', from: null }] },
  });
  const rest = (await (await get(`/v1/audit?limit=2&cursor=${page.cursor}`)).json()) as Page;
  expect(rest.items).toHaveLength(1);
  expect(rest.cursor).toBeNull();
});

test('times of what was done are told as everywhere else, numbers that are none stay', async () => {
  const { audited, get } = await startTestApi();
  const at = Date.UTC(2026, 2, 1);
  const word = { action: 'supervise', deadline: at, number: at };
  const rule = { createdAt: at, effectiveTo: null, schedule: { hours: [{ from: '22:00', to: '05:00' }] } };
  audited.push(record(1, { before: { rule }, content: { word } }));
  const { items } = (await (await get('/v1/audit')).json()) as Page;
  const time = '2026-03-01T00:00:00.000Z';
  expect(items[0]).toMatchObject({
    before: { rule: { ...rule, createdAt: time } },
    after: { word: { ...word, deadline: time } },
  });
});

test('bounds and places that make no sense are refused', async () => {
  const { get } = await startTestApi();
  expect((await get('/v1/audit?from=yesterday')).status).toBe(400);
  expect((await get('/v1/audit?cursor=abc')).status).toBe(400);
});
