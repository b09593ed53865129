import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { ready, report } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import { Refusal } from './support/mock-office.js';
import type { MockServer } from './support/mock-server.js';
import { alert, FENCES, livePosition } from './support/samples.js';

needs('chromium', 'alerts', (chromium) => {
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, async (fresh) => {
    ({ server, page } = fresh);
    server.fences = FENCES;
    server.move([livePosition('v1', { plate: '苏B12345' })]);
    await page.goto(server.pageUrl);
    await ready(page);
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
      () => server.stream.views.at(-1)!,
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

  test('gives it to somebody, supervises and appeals; the history tells all of it', async () => {
    const raised = alert('v1');
    server.raise(raised);
    await page.locator('.alert-row button').click();
    const detail = page.locator('.alert-detail');
    const more = detail.locator('.alert-more');
    const say = async (action: string, fill: () => Promise<void>, seen: string) => {
      await more.locator('summary').click();
      await more.getByLabel('其他操作').selectOption({ label: action });
      await fill();
      await more.getByLabel('原因或备注').fill(`备注：${action}`);
      await more.getByRole('button', { name: '提交' }).click();
      await detail.locator('.alert-history li', { hasText: seen }).waitFor();
    };
    await say('派单', () => more.getByLabel('处理人').fill('张三'), '已派单');
    await say('督办', () => more.getByLabel('督办人').fill('省厅'), '已督办');
    expect(server.actions[0]).toMatchObject({ action: 'assign', to: '张三', due: null, note: '备注：派单' });
    expect(server.actions[1]).toMatchObject({ action: 'supervise', supervisor: '省厅', level: 'urgent' });
    expect(await detail.locator('.facts').first().textContent()).toMatch(/派单给张三.*督办省厅 · 紧急/s);
    await say('申诉', async () => {}, '已申诉');
    await detail.locator('.alert-state', { hasText: '申诉中' }).waitFor();
    expect(await detail.locator('.alert-usual').isVisible()).toBe(false); // the appeal comes first
    await more.locator('summary').click();
    expect(await more.getByLabel('其他操作').inputValue()).toBe('decide');
    await more.getByLabel('裁定', { exact: true }).selectOption('overturned');
    await more.getByRole('button', { name: '提交' }).click();
    await detail.locator('.alert-state', { hasText: '已忽略' }).waitFor();
  });

  test('dismisses with a reason, and says why it cannot', async () => {
    const raised = alert('v1');
    server.raise(raised);
    await page.locator('.alert-row button').click();
    const detail = page.locator('.alert-detail');
    await detail.getByRole('button', { name: '忽略' }).click();
    await detail.locator('.alert-usual .problem', { hasText: '请填写：备注' }).waitFor();
    expect(server.actions).toEqual([]);
    await detail.getByLabel('忽略原因').selectOption({ label: '定位漂移' });
    await detail.getByRole('button', { name: '忽略' }).click();
    await detail.locator('.alert-state', { hasText: '已忽略' }).waitFor();
    expect(server.actions).toEqual([{ id: raised.id, action: 'dismiss', reason: 'drift', note: '' }]);
    const more = detail.locator('.alert-more');
    await more.locator('summary').click();
    await more.getByLabel('其他操作').selectOption({ label: '督办' });
    await more.getByRole('button', { name: '提交' }).click();
    await more.locator('.problem', { hasText: '请填写：督办人' }).waitFor();
    expect(server.actions).toHaveLength(1);
    await more.getByLabel('督办人').fill('市交通局');
    server.refusal = new Refusal(409, 'conflict', 'somebody waits for an answer already');
    await more.getByRole('button', { name: '提交' }).click();
    await more.locator('.problem', { hasText: '操作未完成：somebody waits for an answer already' }).waitFor();
    tolerate(/status of 409/); // what that looks like from inside
  });

  test('marks what is overdue, and shows alerts that repeat as one line', async () => {
    const time = (second: number) => new Date(Date.UTC(2024, 4, 1, 8, 0, second)).toISOString();
    for (let count = 1; count <= 3; count++) {
      const group = { id: 'g', count, first: time(1), last: time(count) };
      const state = count < 3 ? ('cleared' as const) : ('raised' as const);
      server.raise(alert('v1', { occurredAt: time(count), group, state, overdue: count === 3 }));
    }
    const row = page.locator('.alert-row');
    await row.filter({ hasText: '×3' }).waitFor();
    expect(await row.textContent()).toMatch(/苏B12345.*×3.*超时 已触发/s);
    await page.getByRole('button', { name: '全部' }).click();
    await report(page, (it) => it.alerts() === 3);
    expect(await row.count()).toBe(1);
  });

  test('tells why a terminal alarm began and why it ended in the same words', async () => {
    const checks = (on: boolean) => [{ what: 'alarm emergency', value: on, is: '=', threshold: true, result: on }];
    const end = { checks: checks(false), alarmWord: '0x00000000' };
    server.raise(alert('v1', { type: 'terminal-emergency', evidence: { checks: checks(true), end } }));
    await page.locator('.alert-row button').click();
    const why = page.locator('.alert-detail .why');
    expect(await why.locator('h3').allTextContents()).toEqual(['判定依据', '恢复依据']);
    expect(await why.locator('.checks').allTextContents()).toEqual(['✓紧急报警是= 是', '✗紧急报警否= 是']);
  });

  test('mutes a type for the vehicle, lists that, and ends it', async () => {
    server.raise(alert('v1'));
    await page.locator('.alert-row button').click();
    const more = page.locator('.alert-more');
    await more.locator('summary').click();
    await more.getByLabel('其他操作').selectOption({ label: '静默' });
    await more.getByLabel('原因或备注').fill('道路施工');
    await more.getByRole('button', { name: '提交' }).click();
    await page.getByRole('button', { name: '返回' }).click();
    const mutes = page.locator('.mute-list');
    await mutes.locator('summary', { hasText: '静默中：1' }).click();
    expect(await mutes.locator('.mute-row').textContent()).toMatch(/超速 · v1.*admin: 道路施工/s);
    expect(server.mutes[0].scope).toEqual({ types: ['overspeed'], vehicles: ['v1'] });
    await mutes.getByRole('button', { name: '结束静默' }).click();
    await mutes.waitFor({ state: 'hidden' });
    expect(server.mutes).toEqual([]);
  });

  test('resumes from its cursor after a break and after a reload', async () => {
    server.raise(alert('v1', { plate: '苏B00001' }));
    await page.locator('.alert-row', { hasText: '苏B00001' }).waitFor();
    server.stream.goAway();
    await report(page, (it) => !it.connected);
    server.raise(alert('v1', { plate: '苏B00002' }));
    server.alerts = []; // only the stream can bring it
    server.stream.comeBack();
    await page.locator('.alert-row', { hasText: '苏B00002' }).waitFor();
    expect(server.stream.cursors.at(-1)).toBe('e1-1');

    await page.goto('about:blank');
    server.raise(alert('v1', { plate: '苏B00003' }));
    server.alerts = [];
    await page.goto(server.pageUrl);
    await page.locator('.alert-row', { hasText: '苏B00003' }).waitFor();
    expect(server.stream.cursors.at(-1)).toBe('e1-2');
    tolerate(/WebSocket connection/); // what the break looks like from inside
  });
});
