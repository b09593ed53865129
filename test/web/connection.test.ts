import type { Browser, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { MAP_HASH, ready, report, watchedPage } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import { KEY, type MockServer } from './support/mock-server.js';
import { alert, livePosition } from './support/samples.js';

needs('chromium', 'the page and its server', (chromium) => {
  let browser: Browser;
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, (fresh) => {
    ({ browser, server, page } = fresh);
  });

  test('comes back after the server went away, and shows what is new', async () => {
    tolerate(/WebSocket connection/);
    server.move([livePosition('v1')]);
    await page.goto(server.pageUrl + MAP_HASH);
    await report(page, (it) => it.vehicles() === 1);
    server.stream.goAway();
    await page.locator('.connection[data-state="waiting"]').waitFor();
    await report(page, (it) => !it.connected);
    server.move([livePosition('v1'), livePosition('v2', { lon: 120.31 })]);
    server.stream.comeBack();
    await report(page, (it) => it.connected && it.vehicles() === 2);
    expect(await page.locator('.connection').textContent()).toContain('实时');
  });

  test('says in plain words that the database is away and how much is kept', async () => {
    server.database = 'away';
    server.inSpool = 12_345;
    await page.goto(server.pageUrl);
    const banner = page.locator('.banner');
    await banner.waitFor();
    expect(await banner.textContent()).toContain('数据库不可用，12,345 条定位暂存于本地缓存');
    await page.locator('.status-line', { hasText: '数据库 不可用' }).waitFor();
    server.database = 'ready';
    await banner.waitFor({ state: 'hidden' });
  });

  test('takes the key out of the address and keeps it for the tab', async () => {
    await page.goto(server.pageUrl + MAP_HASH);
    await ready(page);
    expect(page.url()).not.toContain(KEY);
    expect(page.url()).toContain('#map=');
    await page.reload();
    await ready(page);
  });

  test('asks for the key where it has none or a wrong one', async () => {
    tolerate(/401/);
    await page.goto(server.url);
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    await dialog.locator('input').fill('wrong');
    await dialog.locator('button').click();
    await page.locator('.key-problem', { hasText: '服务器不认识这个密钥' }).waitFor();
    await dialog.locator('input').fill(KEY);
    await dialog.locator('button').click();
    await report(page, (it) => it.connected);
    expect(await dialog.count()).toBe(0);
  });

  test('says what to do first while there is no vehicle', async () => {
    await page.goto(server.pageUrl);
    const card = page.locator('.empty-state');
    await card.waitFor();
    expect(await card.textContent()).toMatch(/还没有车辆.*127\.0\.0\.1.*6808.*npm run demo/s);
    server.move([livePosition('v1')]);
    await card.waitFor({ state: 'hidden' });
  });

  test('speaks Chinese and English, as asked and as chosen', async () => {
    server.move([livePosition('v1')]);
    await page.goto(server.pageUrl);
    await ready(page);
    expect(await page.locator('.tab').allInnerTexts()).toEqual(['车辆', '电子围栏']);
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.locator('.tab').allInnerTexts()).toEqual(['Vehicles', 'Fences']);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.reload();
    await ready(page);
    expect(await page.locator('.tab').allInnerTexts()).toEqual(['Vehicles', 'Fences']);

    const english = await watchedPage(browser, server.url, 'en-GB');
    await english.page.goto(server.pageUrl);
    await ready(english.page);
    expect(await english.page.locator('.counters').textContent()).toMatch(/online.*known.*fixes\/s.*open alerts/s);
    await english.page.context().close();
    expect(english.faults).toEqual([]);
  });

  test('works without a map where the browser gives no WebGL', async () => {
    tolerate(/WebGL|webgl/);
    await page.addInitScript(() => {
      const canvas = (globalThis as unknown as { HTMLCanvasElement: { prototype: { getContext: unknown } } })
        .HTMLCanvasElement;
      canvas.prototype.getContext = () => null;
    });
    server.move([livePosition('v1', { plate: '苏B12345' })]);
    await page.goto(server.pageUrl);
    await ready(page);
    await page.locator('.no-map', { hasText: 'WebGL 2' }).waitFor();
    server.raise(alert('v1'));
    await page.locator('.alert-row').waitFor();
    await page.locator('.vehicle-list .row', { hasText: '苏B12345' }).waitFor();
  });
});
