import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { LiveStats } from '../../model/stats.js';
import type { LetterJson } from '../../web/webhooks/webhook-types.js';
import { needs } from '../support/needs.js';
import { freshPages } from './support/fresh-page.js';
import type { MockServer } from './support/mock-server.js';
import { countNear, type Rgb, readPng } from './support/png.js';
import { livePosition, liveStats } from './support/samples.js';

const LETTERS = 'mqtt/alerts/dead-letters';

function letter(no: number): LetterJson {
  const alert = { type: 'overspeed', plate: '苏B12345', vehicleId: 'v1' };
  const message = { type: 'alert', transition: 'raised', alert };
  const at = '2026-03-01T02:00:00Z';
  return { no, id: `alert_${no}_1`, at, attempts: 5, status: null, detail: 'Not authorized (0x87)', message };
}

/** A broker of our own that takes most of what comes, and one thing not of what goes out. */
function mqttStats(deadLetters: number): Partial<LiveStats> {
  const { mqtt } = liveStats(0, 0);
  return {
    mqtt: {
      ...{ ...mqtt, broker: 'own', state: 'listening', clients: 3 },
      messages: { ...mqtt.messages, received: 1200, handled: 1190, rejected: { 'not-json': 7, 'bad-time': 3 } },
      refused: { 'wrong-password': 4, 'subscribe-denied': 2 },
    },
    alertsOut: { delivered: 345, behind: 6, deadLetters },
  };
}

/** Of letters on the dark ground. */
const isLight = ([red, green, blue]: Rgb) => red + green + blue > 450;

needs('chromium', "the server's page", (chromium) => {
  let server: MockServer;
  let page: Page;
  freshPages(chromium, (fresh) => {
    ({ server, page } = fresh);
    server.move([livePosition('v1')]);
  });
  const section = () => page.locator('.mqtt-section');
  const rows = () => section().locator('.webhook-letters tbody tr');

  test('has nothing on MQTT where that is off', async () => {
    await page.goto(`${server.pageUrl}#server`);
    await page.locator('.server-page', { hasText: '每条记录都有去向' }).waitFor();
    await section().waitFor({ state: 'hidden' });
    expect(server.office.read.map(({ path }) => path)).not.toContain(LETTERS);
  });

  test('tells what MQTT refused, in both languages and at any width', async () => {
    server.stats = mqttStats(2);
    server.office.lists.set(LETTERS, [letter(1), letter(2)]);
    await page.goto(`${server.pageUrl}#server`);
    await rows().nth(1).waitFor();
    const chinese = await section().textContent();
    for (const said of [
      ...['内置 · 监听中', '收到消息', '1,200', '已处理', '1,190', '已发布告警', '345', '代理拒收的告警'],
      ...[
        '拒收',
        '不是有效的 JSON',
        '7',
        '内置代理拒绝',
        '用户名或密码错误',
        '4',
        '无订阅权限',
        '死信：2',
        'Not authorized',
      ],
    ]) {
      expect(chinese).toContain(said);
    }
    await page.getByRole('button', { name: 'English' }).click();
    await section().getByText('Put aside: 2').waitFor();
    const english = await section().textContent();
    expect(english).toMatch(/Alerts that the broker refused\s*2/);
    expect(english).toMatch(/Turned away by our own broker\s*wrong user or password\s*4\s*may not subscribe\s*2/);
    expect(english).not.toMatch(/[\u4e00-\u9fff]{2}(?<!苏B)/);

    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await section().scrollIntoViewIfNeeded();
      for (const part of [section(), ...(await section().getByRole('button').all())]) {
        const { x, width: length } = (await part.boundingBox())!;
        expect([x >= 0, x + length <= width]).toEqual([true, true]);
      }
      // Something is drawn there: letters and lines, and not one colour.
      const image = readPng(await section().screenshot());
      expect(countNear(image, image.width / 2, image.height / 2, image.width, isLight)).toBeGreaterThan(200);
    }
  });

  test('what a broker refused is sent again or thrown away, and read again when there is more', async () => {
    server.stats = mqttStats(2);
    server.office.lists.set(LETTERS, [letter(1), letter(2)]);
    server.office.answers.set('POST mqtt/alerts/replay', ({ deadLetters }: { deadLetters: number[] }) => {
      server.office.lists.set(LETTERS, [letter(2)]);
      return { deadLetters: deadLetters.length };
    });
    server.office.answers.set(`DELETE ${LETTERS}/2`, () => {
      server.office.lists.set(LETTERS, []);
      return {};
    });
    await page.goto(`${server.pageUrl}#server`);
    await page.getByLabel('#1').check();
    await page.getByRole('button', { name: '重发所选' }).click();
    await section().locator('.webhook-said', { hasText: '将重发 1 条' }).waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    await page.getByLabel('#2').check();
    await page.getByRole('button', { name: '丢弃所选' }).click();
    await page.locator('button.asks').click();
    await section().getByText('没有死信').waitFor();
    expect(server.office.written.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'POST', path: 'mqtt/alerts/replay', body: { deadLetters: [1] } },
      { method: 'DELETE', path: `${LETTERS}/2`, body: undefined },
    ]);
    server.office.lists.set(LETTERS, [letter(3), letter(4), letter(5)]);
    server.stats = mqttStats(3);
    await rows().nth(2).waitFor();
  });
});
