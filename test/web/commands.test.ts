import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { MAP_HASH, ready, report } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import type { MockServer } from './support/mock-server.js';
import { livePosition } from './support/samples.js';

needs('chromium', 'commands of a vehicle', (chromium) => {
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, async (fresh) => {
    ({ server, page } = fresh);
    server.move([livePosition('v1', { plate: '苏B12345' })]);
    await page.goto(server.pageUrl + MAP_HASH);
    await ready(page);
    await page.locator('.vehicle-list .row').click();
  });

  test('are given by a form, and their life is seen as it goes on, through a break of the stream', async () => {
    const panel = page.locator('.command-panel');
    await panel.getByLabel('text', { exact: true }).fill('前方拥堵，请减速');
    await panel.locator('.form-optional summary').click();
    await panel.getByLabel('urgent').check();
    await panel.getByRole('button', { name: '发送' }).click();
    const row = panel.locator('.command-row');
    await row.locator('.row-state', { hasText: '等待终端' }).waitFor();
    expect(server.commands[0]).toMatchObject({
      type: 'text',
      params: { text: '前方拥堵，请减速', urgent: true, display: true, speak: true },
    });
    server.advance('sent');
    await row.locator('.row-state', { hasText: '已发送' }).waitFor();
    server.stream.goAway();
    await report(page, (it) => !it.connected);
    server.advance('acknowledged'); // nobody hears it
    server.stream.comeBack();
    await row.locator('.row-state', { hasText: '终端已确认' }).waitFor();

    await panel.getByLabel('指令').selectOption('locate');
    await panel.getByRole('button', { name: '发送' }).click();
    await waitFor(
      'the second command',
      () => server.commands.length,
      (n) => n === 2,
    );
    server.advance('sent');
    server.advance('answered', { answer: { lat: 31.57, lon: 120.3 } });
    await row.first().locator('.row-state', { hasText: '已应答' }).waitFor();
    await row.first().locator('button').click();
    const life = row.first().locator('.command-life');
    expect(await life.locator('p').allTextContents()).toEqual([
      expect.stringContaining('等待终端'),
      expect.stringContaining('已发送'),
      expect.stringContaining('已应答'),
    ]);
    expect(JSON.parse((await life.locator('.command-answer').textContent())!)).toEqual({ lat: 31.57, lon: 120.3 });
    server.advance('failed', { reason: 'no-answer' });
    await row.first().locator('.row-state', { hasText: '失败 · 没有收到结果' }).waitFor();
    tolerate(/WebSocket connection/); // what the break looks like from inside
  });

  test('quirks of the terminals are chosen, and given back to recognition', async () => {
    const panel = page.locator('.quirk-panel');
    await panel.locator('summary').click();
    await panel.getByText('按注册信息自动识别').waitFor();
    await panel.getByLabel('wrong-checksum').check();
    await panel.getByRole('button', { name: '保存' }).click();
    await panel.locator('summary', { hasText: '终端特性: wrong-checksum' }).waitFor();
    expect(server.vehicles.get('v1')!.quirks).toMatchObject([{ names: ['wrong-checksum'], set: true }]);
    await panel.getByRole('button', { name: '恢复自动识别' }).click();
    await panel.getByText('按注册信息自动识别').waitFor();
    expect(server.vehicles.get('v1')!.quirks).toMatchObject([{ names: [], set: false }]);
  });

  test('that are wrong are refused with the parameter that is to blame, and what was typed stays', async () => {
    const panel = page.locator('.command-panel');
    await panel.getByLabel('指令').selectOption('track');
    await panel.getByLabel('interval').fill('many');
    await panel.getByRole('button', { name: '发送' }).click();
    await panel.locator('.problem', { hasText: 'body.interval' }).waitFor();
    expect(await panel.getByLabel('interval').inputValue()).toBe('many');
    expect(server.commands).toEqual([]);
    tolerate(/400 \(Bad Request\)/);
  });
});
