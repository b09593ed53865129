import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { tools } from '../../protocols/jt808/tools.js';
import { needs } from '../support/needs.js';
import { launch, PATIENCE_MS, ready, watchedPage } from './support/browser.js';
import { MockServer } from './support/mock-server.js';
import { livePosition } from './support/samples.js';

vi.setConfig({ testTimeout: PATIENCE_MS * 2 });

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
    server.move([livePosition('v1', { plate: '苏B12345' })]);
    await server.start();
    ({ page, faults } = await watchedPage(browser, server.url));
    await page.goto(`${server.pageUrl}#protocol`);
    await ready(page);
  });
  afterEach(async () => {
    await page.context().close();
    await server.stop();
    expect(faults).toEqual([]);
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
    faults = faults.filter((fault) => !fault.includes('400 (Bad Request)')); // the flag that was refused
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
