import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { ready } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import { Refusal } from './support/mock-office.js';
import type { MockServer } from './support/mock-server.js';
import { alert, livePosition } from './support/samples.js';

needs('chromium', 'the pages and what is amiss', (chromium) => {
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, (fresh) => {
    ({ server, page } = fresh);
    server.move([livePosition('v1', { plate: '苏B12345' })]);
  });

  test('a page that cannot be read says why, and is read when asked again', async () => {
    tolerate(/503/);
    server.office.answers.set('GET audit', () => {
      throw new Refusal(503, 'database-away', 'the database is away');
    });
    await page.goto(`${server.pageUrl}#audit`);
    const trouble = page.locator('.audit-page .page-trouble');
    await trouble.getByText('无法读取：the database is away').waitFor();
    server.office.answers.delete('GET audit');
    server.office.lists.set('audit', [
      {
        time: '2026-03-01T02:00:00Z',
        actor: 'admin',
        action: 'fence-put',
        objects: ['fence/f-station'],
        note: null,
        before: { radius: 900, name: '火车站' },
        after: { radius: 750, name: '火车站' },
      },
    ]);
    await trouble.getByRole('button', { name: '重试' }).click();
    await trouble.waitFor({ state: 'hidden' });
    const row = page.locator('.audit-page tbody tr');
    expect(await row.textContent()).toMatch(/2026-03-01 10:00:00.*admin.*保存围栏.*fence\/f-station/s);
    await row.locator('summary').click();
    expect(await row.locator('pre').textContent()).toBe('radius: 900 → 750');
    await row.getByRole('button', { name: 'fence/f-station' }).click();
    await waitFor(
      'what was done with the fence alone',
      () => server.office.read.findLast(({ path }) => path === 'audit')!.query.get('object'),
      (object) => object === 'fence/f-station',
    );
  });

  test('says when nothing can be taken in, and that nothing was changed', async () => {
    tolerate(/503/);
    server.log = 'full';
    await page.goto(server.pageUrl);
    await ready(page);
    await page.locator('.banner', { hasText: '本地缓存已满' }).waitFor();
    server.raise(alert('v1'));
    await page.locator('.alert-row button').first().click();
    server.refusal = new Refusal(503, 'busy', 'the log is full');
    await page.locator('.alert-detail').getByRole('button', { name: '确认' }).click();
    await page.locator('.alert-handling .problem', { hasText: '操作未完成：the log is full' }).waitFor();
    server.log = 'ok';
    await page.locator('.banner').waitFor({ state: 'hidden' });
  });

  test('many alerts are narrowed and handled at once, and what was refused is told', async () => {
    await page.goto(server.pageUrl);
    await ready(page);
    const others = [alert('v2', { plate: '苏B22222' }), alert('v3', { plate: '苏B33333' })];
    for (const each of others) server.raise(each);
    server.raise(alert('v1', { type: 'road-speed', severity: 'critical' }));
    const rows = page.locator('.alert-row');
    await rows.nth(2).waitFor();
    await page.getByLabel('类型').selectOption('overspeed');
    await waitFor(
      'two',
      () => rows.count(),
      (count) => count === 2,
    );
    await page.getByRole('button', { name: '批量' }).click();
    await page.locator('.row-tick').first().check();
    await page.getByRole('button', { name: '全选' }).click();
    await page.locator('.alert-batch').getByText('已选 2 条').waitFor();
    await page.locator('.alert-batch').getByRole('button', { name: '忽略' }).click();
    await page.locator('.alert-batch .problem', { hasText: '请填写：备注' }).waitFor();
    await page.locator('.alert-batch').getByLabel('备注').fill('高架漂移');
    server.office.answers.set('POST alerts:handle', ({ ids }: { ids: string[] }) => {
      const items = [
        { id: ids[0], ok: true },
        { id: ids[1], ok: false, error: { code: 'conflict', message: 'is resolved' } },
      ];
      return { done: 1, refused: 1, more: false, items };
    });
    await page.locator('.alert-batch').getByRole('button', { name: '忽略' }).click();
    await page.locator('.alert-batch .problem', { hasText: '已处理 1 条，1 条未处理：is resolved' }).waitFor();
    const body = server.office.written.at(-1)!.body as { ids: string[] };
    expect(body).toMatchObject({ action: 'dismiss', reason: 'other', note: '高架漂移' });
    expect([...body.ids].sort()).toEqual(others.map(({ id }) => id).sort());
  });

  test('each page has an address, and the others are told apart from it', async () => {
    await page.goto(`${server.pageUrl}#server`);
    await page.locator('.server-page', { hasText: '每条记录都有去向' }).waitFor();
    await page.getByRole('button', { name: '推送' }).click();
    await page.locator('.webhooks-page').waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#webhooks/);
    await page.goBack();
    await page.locator('.server-page').waitFor();
    await page.getByRole('button', { name: '监控' }).click();
    await page.locator('.server-page').waitFor({ state: 'hidden' });
  });

  test('trips and stops of a vehicle lie beside its track, its pictures behind a click', async () => {
    const [from, to] = ['2026-03-01T02:00:00Z', '2026-03-01T02:30:00Z'];
    server.journeys = {
      trips: [{ from, to, ended: 'gap', seconds: 1800, distance: 12.34, maxSpeed: 68 }],
      stops: [{ from: to, to: '2026-03-01T04:00:00Z', seconds: 5400, idleSeconds: 600 }],
      cursor: null,
    };
    await page.goto(server.pageUrl);
    await ready(page);
    await page.locator('.vehicle-list .row').click();
    await page.locator('.journey-panel summary').click();
    expect(await page.locator('.journeys li').allInnerTexts()).toEqual([
      '03-01 10:00–10:30\n12.3 km · 30 分钟 · 最高 68 km/h · 随后失去消息',
      '03-01 10:30–12:00\n停留 · 1 小时 30 分 · 怠速 10 分钟',
    ]);
    await page.locator('.journeys button').first().click();
    expect(await page.locator('.window input').first().inputValue()).toBe('2026-03-01T10:00');
    await page.locator('.media-panel summary').click();
    await page.locator('.media-panel', { hasText: '终端未上传多媒体' }).waitFor();
  });
});
