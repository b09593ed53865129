import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { freshPages } from './support/fresh-page.js';
import { Refusal } from './support/mock-office.js';
import type { MockServer } from './support/mock-server.js';
import { livePosition } from './support/samples.js';

const AT = '2026-03-01T02:00:00Z';
const KIND = {
  type: 'speed-limit',
  describe: 'a vehicle is faster than `limit` km/h',
  fences: 'each',
  severity: 'warning',
  timing: {},
  params: {
    type: 'object',
    properties: {
      limit: { type: 'number', minimum: 1, maximum: 300 },
      night: {
        type: 'object',
        properties: { from: { type: 'string' }, to: { type: 'string' }, factor: { type: 'number', default: 0.8 } },
        required: ['from', 'to'],
      },
    },
    required: ['limit'],
  },
};
const RULE = {
  id: 'town',
  name: '市区限速',
  type: 'speed-limit',
  params: { limit: 70 },
  scope: { categories: ['taxi'], companies: ['Wuxi Taxi'] },
  schedule: {},
  timing: { minDuration: 30 },
  severity: 'critical',
  clause: null,
  effectiveFrom: null,
  effectiveTo: null,
  enabled: true,
  revision: 3,
  createdAt: AT,
  updatedAt: AT,
};
const CHECK = { what: 'speed', value: 71.5, is: '>', threshold: 60, unit: 'km/h', result: true };
const FOUND = { vehicleId: 'v1', fenceId: null, occurredAt: AT, clearedAt: null, evidence: { checks: [CHECK] } };

needs('chromium', 'rules', (chromium) => {
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, async (fresh) => {
    ({ server, page } = fresh);
    server.move([livePosition('v1')]);
    server.office.lists.set('rules', [RULE]);
    server.office.lists.set('rule-kinds', [KIND]);
    await page.goto(`${server.pageUrl}#rules`);
    await page.locator('.rules-page tr', { hasText: '市区限速' }).waitFor();
  });
  const lastBody = () => server.office.written.at(-1)?.body;

  test('are changed in a form that holds all of them, and leaves out what nobody filled in', async () => {
    tolerate(/400/);
    const row = page.locator('.rules-page tr', { hasText: '市区限速' });
    expect(await row.textContent()).toMatch(/超过限速.*严重.*巡游出租车 · Wuxi Taxi/s);
    await row.getByRole('button', { name: '修改' }).click();
    const form = page.locator('.rule-form');
    expect(await form.getByLabel('limit', { exact: true }).inputValue()).toBe('70');
    expect(await form.getByLabel('最短持续').inputValue()).toBe('30');
    server.office.answers.set('PUT rules/town', () => {
      throw new Refusal(400, 'bad-request', 'body.params.limit: too big');
    });
    await form.getByLabel('limit', { exact: true }).fill('900');
    await form.getByRole('button', { name: '保存' }).click();
    await form.locator('.problem', { hasText: 'body.params.limit: too big' }).waitFor();
    server.office.answers.delete('PUT rules/town');
    await form.getByLabel('limit', { exact: true }).fill('60');
    await form.getByRole('button', { name: '保存' }).click();
    await form.waitFor({ state: 'hidden' });
    expect(lastBody()).toEqual({
      type: 'speed-limit',
      name: '市区限速',
      enabled: true,
      params: { limit: 60 },
      severity: 'critical',
      scope: { categories: ['taxi'], companies: ['Wuxi Taxi'] },
      timing: { minDuration: 30 },
    });
  });

  test('are rehearsed before they are in force, beside the form that is', async () => {
    const inForce = { count: 9, both: 4, added: [FOUND], missing: [] };
    server.office.answers.set('POST rules/rehearse', () => ({
      ...{ vehicles: 238, fixes: 10_548, cut: false, count: 5 },
      ...{ alerts: [FOUND], inForce },
    }));
    await page.getByRole('button', { name: '修改' }).click();
    await page.locator('.rehearsal').getByLabel('车辆').fill('v1, v2');
    await page.getByRole('button', { name: '开始预演' }).click();
    const result = page.locator('.rehearsal-result');
    await result.getByText('238 辆车、10,548 个定位点，共发现 5 条告警').waitFor();
    expect(await result.textContent()).toMatch(
      /现行规则发现 9 条，其中 4 条相同.*仅新规则发现: 1.*速度.*71\.5.*> 60 km\/h.*仅现行规则发现: 0/s,
    );
    expect(lastBody()).toMatchObject({ rule: { id: 'town', params: { limit: 70 } }, vehicles: ['v1', 'v2'] });
  });

  test('say why they raised nothing', async () => {
    server.office.answers.set('GET why-not', () => ({
      vehicleId: 'v1',
      time: AT,
      rules: [
        {
          ruleId: 'town',
          ruleRevision: 3,
          fenceId: null,
          fixTime: AT,
          raised: false,
          checks: [{ ...CHECK, result: false }],
        },
      ],
      read: { from: AT, fixes: 100_000, complete: false },
      forms: [
        { object: 'rule/town', revision: 3, form: 'then' },
        { object: 'fence/zone', revision: 7, form: 'today' },
      ],
    }));
    const form = page.locator('.why-not');
    await form.getByRole('button', { name: '查询' }).click();
    await form.getByText('请填写车辆、规则和时刻').waitFor();
    await form.getByLabel('车辆').fill('v1');
    await form.getByLabel('规则').fill('town');
    await form.getByRole('button', { name: '查询' }).click();
    await form.getByText('未触发告警，以下条件未全部满足').waitFor();
    expect(await form.locator('.checks').textContent()).toMatch(/✗\s*速度\s*71\.5/);
    expect(await form.locator('.why-not-answer').textContent()).toMatch(
      /100,?000 个定位点；更早的.*fence\/zone：当时的内容未知/s,
    );
    const { query } = server.office.read.findLast(({ path }) => path === 'why-not')!;
    expect(query.get('vehicle')).toBe('v1');
    expect(query.get('rule')).toBe('town');
  });
});
