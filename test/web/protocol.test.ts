import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { tools } from '../../protocols/jt808/tools.js';
import { needs } from '../support/needs.js';
import { ready } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import type { MockServer } from './support/mock-server.js';
import { livePosition } from './support/samples.js';

const LOCATION = {
  msgId: '0x0200',
  edition: '2013',
  phone: '13800138000',
  seq: 0x7e7d,
  alarm: 2,
  lat: 31.574,
  lon: 120.301,
  speedKmh: 40,
  time: '2026-01-31T12:00:00+08:00',
  mileageKm: 1024.5,
};
const [frame] = tools.encode(LOCATION).map((bytes) => bytes.toString('hex'));

needs('chromium', 'the protocol page', (chromium) => {
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, async (fresh) => {
    ({ server, page } = fresh);
    server.move([livePosition('v1', { plate: '苏B12345' })]);
    await page.goto(`${server.pageUrl}#protocol`);
    await ready(page);
  });

  test('takes a pasted frame apart, and lights the bytes of the field that is pointed at', async () => {
    await page.locator('.hex-input').fill(frame.replace(/../g, '$& '));
    const explained = page.locator('.explained');
    await explained.locator('h2', { hasText: '0x0200 位置信息汇报 LocationReport · 2013' }).waitFor();
    await explained.getByText('转义在线路上增加的 2 个字节').waitFor();
    const speed = explained.locator('tr', { hasText: 'speedKmh' });
    expect(await speed.locator('td').allInnerTexts()).toEqual([
      '31',
      '0190',
      'speedKmh',
      '40',
      'JT/T 808-2013 §8.18 tables 23–32',
    ]);
    await speed.hover();
    expect(await explained.locator('.byte.lit').allInnerTexts()).toEqual(['01', '90']);
    await explained.locator('.byte', { hasText: '7d' }).first().hover();
    expect(await explained.locator('tr.lit .name').allInnerTexts()).toEqual(['seq']);
    // On the wire the serial number takes four bytes.
    expect(await explained.locator('.byte.lit').allInnerTexts()).toEqual(['7d', '02', '7d', '01']);
  });

  test('says what is wrong with a frame, and where', async () => {
    const input = page.locator('.hex-input');
    await input.fill('7e xg 00');
    await page.getByText('第 4 个字符“x”不是十六进制数字').waitFor();
    await input.fill(`${frame.slice(0, -4)}007e`);
    const explained = page.locator('.explained');
    await explained.locator('.problem', { hasText: '校验码错误' }).waitFor();
    const bytes = await explained.locator('.byte').count();
    expect(await explained.locator('.byte.wrong').allInnerTexts()).toEqual(['00']);
    expect(
      await explained
        .locator('.byte')
        .nth(bytes - 2)
        .getAttribute('class'),
    ).toContain('wrong');
    await page.getByLabel('忽略校验码').check();
    await explained.locator('tr', { hasText: '120.301' }).waitFor();
  });

  test('builds a frame from a form, and explains it', async () => {
    await page.getByRole('tab', { name: '组包' }).click();
    await page.getByLabel('flag', { exact: true }).fill('300');
    await page.getByLabel('textType').fill('1');
    await page.getByLabel('text', { exact: true }).fill('前方拥堵');
    const build = page.getByRole('button', { name: '生成报文' });
    await build.click();
    await page.locator('.build-panel .problem', { hasText: 'flag: must be a whole number from 0 to 255' }).waitFor();
    await page.getByLabel('flag', { exact: true }).fill('1');
    await build.click();
    const built = await page.locator('.built-frame').textContent();
    const [expected] = tools.encode({
      msgId: '0x8300',
      edition: '2019',
      phone: '13800138000',
      seq: 1,
      flag: 1,
      textType: 1,
      text: '前方拥堵',
    });
    expect(built).toBe(expected.toString('hex'));
    await page.getByRole('button', { name: '逐字节解析' }).click();
    await page.locator('.explained tr', { hasText: '前方拥堵' }).waitFor();

    // Lists and objects have forms of their own.
    await page.getByRole('tab', { name: '组包' }).click();
    await page.locator('.build-form select').nth(1).selectOption('0x8600');
    await page.getByLabel('action').fill('1');
    await page.getByRole('button', { name: '添加' }).click();
    for (const [name, value] of Object.entries({ areaId: 7, attr: 0, lat: 31.5, lon: 120.3, radiusM: 500 })) {
      await page.getByLabel(name, { exact: true }).fill(String(value));
    }
    await build.click();
    await page.locator('.built-frame').waitFor();
    const hex = (await page.locator('.built-frame').textContent())!;
    expect(tools.explain(Buffer.from(hex, 'hex'))[0].decoded).toMatchObject({
      ok: true,
      areas: [{ areaId: 7, lat: 31.5, lon: 120.3, radiusM: 500, name: '' }],
    });
    tolerate(/400 \(Bad Request\)/); // the flag that was refused
  });

  test('shows what was refused by cause, byte by byte, and puts in what decodes today', async () => {
    const group = {
      key: 'g1',
      source: 'jt808',
      reason: 'bad-checksum',
      messageId: '0x0200',
      edition: '2013',
      lengthOff: -10,
      manufacturer: 'YX',
      model: 'M1',
      count: 2,
      terminals: 1,
      first: '2026-01-31T04:00:00Z',
      last: '2026-01-31T04:00:00Z',
      newest: 8,
    } as const;
    server.quarantine = [group];
    server.quarantined.set(7, `${frame.slice(2, -4)}00`);
    const asked: [string, boolean][] = [];
    const result = {
      before: 'bad-checksum',
      detail: '',
      messageId: '0x0200',
      terminal: '13800138000',
      vehicleId: 'v1',
    } as const;
    server.rerun = (key, apply) => {
      asked.push([key, apply]);
      return [
        { ...result, number: 7, outcome: apply ? 'applied' : 'decodes', reason: null, fixes: 1 },
        { ...result, number: 8, outcome: 'rejected', reason: 'bad-time', fixes: 0 },
      ];
    };
    await page.getByRole('tab', { name: '拒收报文' }).click();
    const panel = page.locator('.quarantine-panel');
    await panel.getByRole('button', { name: '重新读取' }).click();
    const row = panel.locator('.quarantine-groups tbody tr');
    await row.waitFor();
    expect(await row.locator('td').allTextContents()).toEqual([
      '校验码错误',
      '0x0200 位置信息汇报 LocationReport',
      '2013 · −10 字节',
      'YX M1',
      '2',
      '1',
      '2026-01-31 12:00:00',
    ]);
    await panel.getByRole('button', { name: '校验码错误' }).click();
    await panel.locator('h2', { hasText: '2 条中现在可解析 1 条' }).waitFor();
    await panel.locator('.outcome.rejected', { hasText: '仍被拒绝' }).waitFor();
    await panel.getByRole('button', { name: '解析', exact: true }).first().click();
    await panel.locator('.explained h2', { hasText: '#7 · 0x0200' }).waitFor();
    await panel.locator('.explained tr', { hasText: '120.301' }).waitFor();
    expect(asked).toEqual([['g1', false]]);
    await panel.getByRole('button', { name: '将 1 个定位点补入轨迹' }).click();
    await panel.locator('h2', { hasText: '已补入 1 个定位点' }).waitFor();
    expect(asked.at(-1)).toEqual(['g1', true]);
  });

  test('lies over the map, which goes on, and both have an address', async () => {
    expect(await page.locator('.side.left').getAttribute('inert')).not.toBeNull();
    await page.getByRole('button', { name: '监控' }).click();
    await page.locator('.protocol-page').waitFor({ state: 'hidden' });
    await page.locator('.vehicle-list .row').click();
    expect(page.url()).not.toContain('protocol');
    await page.getByRole('button', { name: '协议' }).click();
    await page.locator('.hex-input').waitFor();
    expect(page.url()).toMatch(/#protocol&map=/);
    await page.goBack();
    await page.locator('.protocol-page').waitFor({ state: 'hidden' });
  });
});
