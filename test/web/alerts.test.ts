import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { launch, PATIENCE_MS, ready, report, watchedPage } from './support/browser.js';
import { MockServer } from './support/mock-server.js';
import { alert, FENCES, livePosition } from './support/samples.js';

vi.setConfig({ testTimeout: PATIENCE_MS * 2 });

needs('chromium', 'alerts', (chromium) => {
  let browser: Browser;
  let server: MockServer;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    browser = await launch(chromium);
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    server = new MockServer();
    server.fences = FENCES;
    server.move([livePosition('v1', { plate: '苏B12345' })]);
    await server.start();
    ({ page, faults } = await watchedPage(browser, server.url));
    await page.goto(server.pageUrl);
    await ready(page);
  });
  afterEach(async () => {
    await page.context().close();
    await server.stop();
    expect(faults).toEqual([]);
  });

  test('an alert appears as it is raised, each revision once', async () => {
    const raised = alert('v1');
    server.raise(raised);
    const row = page.locator('.alert-row');
    await row.waitFor();
    expect(await row.textContent()).toMatch(/超速.*苏B12345 · 火车站限速区.*已触发/s);
    server.raise(raised); // the same again, as after a reconnect
    server.raise({ ...raised, revision: 2, state: 'cleared', clearedAt: raised.occurredAt });
    server.raise({ ...raised, revision: 1 }); // an old one that comes late
    server.raise(alert('v1', { plate: '苏B99999' }));
    await page.locator('.alert-row', { hasText: '苏B99999' }).waitFor();
    expect(await row.count()).toBe(1); // the cleared one is no longer open
    await report(page, (it) => it.alerts() === 2);
    await page.getByRole('button', { name: '全部' }).click();
    await page.locator('.alert-row', { hasText: '已恢复' }).waitFor();
    expect(await row.count()).toBe(2);
  });

  test('shows why, and takes it to acknowledged and resolved with a note', async () => {
    const raised = alert('v1');
    server.raise(raised);
    await page.locator('.alert-row button').click();
    const detail = page.locator('.alert-detail');
    expect(await detail.locator('.checks').textContent()).toBe('✓速度63.4> 40 km/h✓持续时间12> 10 s');
    expect(await detail.locator('.evidence-fixes tbody tr').count()).toBe(3);
    await page.locator('.alert-place.warning').waitFor();
    await waitFor(
      'the map to go there',
      () => server.views.at(-1)!,
      ([w, , e]) => e - w < 0.2 && w < 120.3 && e > 120.3,
    );

    await detail.locator('textarea').fill('已电话联系驾驶员');
    await detail.getByRole('button', { name: '确认' }).click();
    await detail.locator('.alert-state', { hasText: '已确认' }).waitFor();
    await detail.getByRole('button', { name: '处理完毕' }).click();
    await detail.locator('.alert-state', { hasText: '已处理' }).waitFor();
    expect(server.actions).toEqual([
      { id: raised.id, action: 'acknowledge', note: '已电话联系驾驶员' },
      { id: raised.id, action: 'resolve', note: '' },
    ]);
    expect(await detail.locator('textarea').isVisible()).toBe(false);
    await detail.getByRole('button', { name: '返回' }).click();
    await page.locator('.alert-list .list-summary', { hasText: '没有未处理的告警' }).waitFor();
  });

  test('a note that is being written survives other alerts', async () => {
    server.raise(alert('v1'));
    await page.locator('.alert-row button').click();
    await page.locator('.alert-detail textarea').fill('half a sen');
    server.raise(alert('v1', { plate: '苏B77777' }));
    await report(page, (it) => it.alerts() === 2);
    expect(await page.locator('.alert-detail textarea').inputValue()).toBe('half a sen');
  });

  test('resumes from its cursor after a break and after a reload', async () => {
    server.raise(alert('v1', { plate: '苏B00001' }));
    await page.locator('.alert-row', { hasText: '苏B00001' }).waitFor();
    server.goAway();
    await report(page, (it) => !it.connected);
    server.raise(alert('v1', { plate: '苏B00002' }));
    server.alerts = []; // only the stream can bring it
    server.comeBack();
    await page.locator('.alert-row', { hasText: '苏B00002' }).waitFor();
    expect(server.cursors.at(-1)).toBe('e1-1');

    await page.goto('about:blank');
    server.raise(alert('v1', { plate: '苏B00003' }));
    server.alerts = [];
    await page.goto(server.pageUrl);
    await page.locator('.alert-row', { hasText: '苏B00003' }).waitFor();
    expect(server.cursors.at(-1)).toBe('e1-2');
    faults = faults.filter((fault) => !fault.includes('WebSocket connection')); // what the break looks like from inside
  });
});
