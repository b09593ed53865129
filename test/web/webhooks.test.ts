import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { WebhookInput } from '../../model/webhook.js';
import type { LetterJson, WebhookJson } from '../../web/webhooks/webhook-types.js';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { freshPages } from './support/fresh-page.js';
import { Refusal } from './support/mock-office.js';
import type { MockServer } from './support/mock-server.js';
import { livePosition } from './support/samples.js';

const AT = '2026-03-01T02:00:00Z';

function webhook(id: string, changes: Partial<WebhookJson> = {}): WebhookJson {
  return {
    id,
    url: `https://${id}.example.cn/alerts`,
    description: '',
    filter: {},
    paused: false,
    secret: 'whsec_***',
    delivery: {
      circuit: 'closed',
      stopped: null,
      cursor: 'e1-3',
      behind: 4,
      failures: 0,
      deadLetters: 0,
      delivered: 1234,
      nextTryAt: null,
      lastDeliveredAt: AT,
      lastFailure: null,
    },
    ...changes,
  };
}

function letter(no: number): LetterJson {
  const alert = { type: 'overspeed', plate: '苏B12345', vehicleId: 'v1' };
  const message = { type: 'alert', transition: 'raised', alert };
  return { no, id: `alert_${no}_1`, at: AT, attempts: 5, status: 422, detail: 'answered 422', message };
}

needs('chromium', 'webhooks', (chromium) => {
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, async (fresh) => {
    ({ server, page } = fresh);
    server.move([livePosition('v1')]);
    server.office.lists.set('webhooks', [webhook('dispatch')]);
  });
  const open = () => page.goto(`${server.pageUrl}#webhooks`);
  const written = () => server.office.written.map(({ method, path }) => `${method} ${path}`);

  test('are listed with how far each is, made with a filter, and show their secret once', async () => {
    tolerate(/400/);
    server.office.answers.set('POST webhooks', (input: WebhookInput) => {
      if (!input.url.startsWith('https')) throw new Refusal(400, 'bad-request', 'url: is not public');
      const made = webhook('new', input);
      server.office.lists.set('webhooks', [webhook('dispatch'), made]);
      return { ...made, secret: 'whsec_once' };
    });
    await open();
    const row = page.locator('.webhooks-page tr', { hasText: 'dispatch.example.cn' });
    expect(await row.textContent()).toMatch(/正常.*4.*1,234/s);
    await page.getByRole('button', { name: '新建推送' }).click();
    const form = page.locator('.webhook-form');
    await form.getByLabel('地址').fill('http://10.0.0.1/');
    await form.getByLabel('严重').check();
    await form.getByLabel('企业').fill('Wuxi Taxi, 无锡客运');
    await form.getByRole('button', { name: '保存' }).click();
    await form.locator('.problem', { hasText: 'url: is not public' }).waitFor();
    await form.getByLabel('地址').fill('https://new.example.cn/alerts');
    await form.getByRole('button', { name: '保存' }).click();
    await page.locator('.secret', { hasText: 'whsec_once' }).waitFor();
    expect(server.office.written.at(-1)!.body).toEqual({
      url: 'https://new.example.cn/alerts',
      description: '',
      filter: { severity: ['critical'], company: ['Wuxi Taxi', '无锡客运'] },
      paused: false,
    });
    await page.locator('.secret').getByRole('button', { name: '关闭' }).click();
    await page.reload();
    await page.locator('.webhooks-page tr', { hasText: 'new.example.cn' }).waitFor();
    expect(await page.locator('.webhooks-page').textContent()).not.toContain('whsec_once');
  });

  test('are tested, paused and deleted', async () => {
    server.office.answers.set('POST webhooks/dispatch/ping', () => ({
      at: AT,
      ms: 12,
      id: 'ping_1',
      delivered: false,
      failure: { kind: 'outage', status: 500, detail: 'answered 500' },
    }));
    server.office.answers.set('PUT webhooks/dispatch', (input: WebhookInput) => {
      const changed = webhook('dispatch', input);
      server.office.lists.set('webhooks', [changed]);
      return changed;
    });
    server.office.answers.set('DELETE webhooks/dispatch', () => {
      server.office.lists.set('webhooks', []);
      return {};
    });
    await open();
    await page.getByRole('button', { name: '测试' }).click();
    await page.locator('.webhook-said.problem', { hasText: 'HTTP 500 · answered 500' }).waitFor();
    await page.getByRole('button', { name: '暂停' }).click();
    await page.locator('.webhook-state.paused').waitFor();
    await page.getByRole('button', { name: '恢复' }).click();
    await page.locator('.webhook-state.running').waitFor();
    await page.getByRole('button', { name: '删除' }).click();
    expect(written()).not.toContain('DELETE webhooks/dispatch');
    await page.locator('button.asks').click();
    await page.getByText('还没有推送地址').waitFor();
  });

  test('what was put aside is sent again or thrown away, as ticked', async () => {
    const letters = 'webhooks/dispatch/dead-letters';
    server.office.lists.set(letters, [letter(3), letter(5), letter(8)]);
    server.office.answers.set('POST webhooks/dispatch/replay', ({ deadLetters }: { deadLetters: number[] }) => {
      server.office.lists.set(letters, [letter(5), letter(8)]);
      return { deadLetters: deadLetters.length };
    });
    server.office.answers.set(`DELETE ${letters}/8`, () => {
      server.office.lists.set(letters, [letter(5)]);
      return {};
    });
    await open();
    await page.getByRole('button', { name: 'https://dispatch.example.cn/alerts' }).click();
    const rows = page.locator('.webhook-letters tbody tr');
    await rows.nth(2).waitFor();
    expect(await rows.first().textContent()).toMatch(/超速 · 苏B12345 · raised.*HTTP 422.*5/s);
    await page.getByRole('button', { name: '重发所选' }).click();
    await page.locator('.webhook-said', { hasText: '请先勾选' }).waitFor();
    await page.getByLabel('#3').check();
    await page.getByRole('button', { name: '重发所选' }).click();
    await page.locator('.webhook-said', { hasText: '将重发 1 条' }).waitFor();
    expect(server.office.written.at(-1)!.body).toEqual({ deadLetters: [3] });
    await page.getByLabel('#8').check();
    await page.getByRole('button', { name: '丢弃所选' }).click();
    await page.locator('button.asks').click();
    await waitFor(
      'one that is left',
      () => rows.count(),
      (count) => count === 1,
    );
    expect(written()).toContain(`DELETE ${letters}/8`);
  });
});
