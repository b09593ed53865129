import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { PositionJson } from '../../model/position.js';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { MAP_HASH, MIDDLE, mapImage, ready, report } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import type { MockServer } from './support/mock-server.js';
import { countNear, like } from './support/png.js';
import { livePosition, position } from './support/samples.js';

const TRACK = like([0xe0, 0x8f, 0xd0]);

/** A drive east of so many minutes, a fix a minute, ending at `end` (epoch ms). */
function drive(vehicleId: string, end: number, minutes: number): PositionJson[] {
  return Array.from({ length: minutes }, (_, i) =>
    position(
      vehicleId,
      new Date(end - (minutes - i) * 60_000).toISOString(),
      MIDDLE.lon + i * 0.001,
      MIDDLE.lat,
      36 + i,
    ),
  );
}

needs('chromium', 'a vehicle and its track', (chromium) => {
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, (fresh) => {
    ({ server, page } = fresh);
  });

  test('a click on the map opens it with its state and the track of the last day', async () => {
    server.move([livePosition('13912345678', { plate: '苏B12345', speed: 46, heading: 45, alarm: 1 << 1 })]);
    server.tracks.set('13912345678', drive('13912345678', Date.now(), 30));
    await page.goto(server.pageUrl + MAP_HASH);
    await report(page, (it) => it.vehicles() === 1);
    const box = (await page.locator('.map').boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);

    const panel = page.locator('.vehicle-panel');
    await panel.locator('.track-summary', { hasText: '30 个定位点 · 2.7 公里' }).waitFor();
    expect(await panel.locator('.plate').textContent()).toBe('苏B12345');
    expect(await panel.locator('.plate').getAttribute('data-colour')).toBe('blue');
    expect(await panel.textContent()).toMatch(/报警.*46\s*km\/h.*超速报警.*13912345678/s);
    await page.locator('.vehicle-label', { hasText: '苏B12345' }).waitFor();
    await waitFor(
      'the line on the map',
      async () => {
        const image = await mapImage(page);
        return countNear(image, image.middle.x, image.middle.y, 150, TRACK);
      },
      (pixels) => pixels > 200,
    );

    const marker = page.locator('.track-marker');
    const before = (await marker.boundingBox())!;
    const slider = panel.locator('.slider');
    await slider.focus();
    await page.keyboard.press('End');
    const after = (await marker.boundingBox())!;
    expect(after.x - before.x).toBeGreaterThan(100);
    expect(await panel.locator('.moment').textContent()).toMatch(/· 65 km\/h$/);

    await panel.getByRole('button', { name: '返回' }).click();
    await page.locator('.vehicle-list').waitFor();
    await marker.waitFor({ state: 'detached' });
  });

  test('offers the day of its last fix where the last 24 hours are empty', async () => {
    const long = Date.parse('2020-07-18T12:00:00+08:00');
    const id = '0086627503122318';
    server.move([{ ...livePosition(id, { plate: null }), time: new Date(long).toISOString() }]);
    server.tracks.set(id, drive(id, long, 20));
    await page.goto(server.pageUrl + MAP_HASH);
    await report(page, (it) => it.vehicles() === 1);
    await page.locator('.vehicle-list .row', { hasText: id }).click();
    await page.getByRole('button', { name: '查看 2020-07-18' }).click();
    await page.locator('.track-summary', { hasText: '20 个定位点' }).waitFor();
    expect(await page.locator('.window input').first().inputValue()).toBe('2020-07-18T00:00');
  });

  test('says so where the track cannot be read', async () => {
    server.move([livePosition('v1')]);
    await page.route('**/track?*', (route) =>
      route.fulfill({ status: 503, json: { error: { code: 'database-away', message: 'the database is away' } } }),
    );
    await page.goto(server.pageUrl + MAP_HASH);
    await ready(page);
    await page.locator('.vehicle-list .row').click();
    await page.locator('.track-result .problem', { hasText: 'the database is away' }).waitFor();
    tolerate(/503/);
  });

  test('is found by a piece of its plate and by its id, wherever it is', async () => {
    server.move([
      livePosition('13900000001', { plate: '苏B10001' }),
      livePosition('13900000002', { plate: '粤A20002', lon: 113.3, lat: 23.1 }),
    ]);
    await page.goto(server.pageUrl + MAP_HASH);
    await report(page, (it) => it.vehicles() === 1);
    const search = page.locator('.search');
    const rows = page.locator('.vehicle-list .row-name');
    await search.fill('A200');
    await page.locator('.list-summary', { hasText: '找到 1 辆' }).waitFor();
    expect(await rows.allInnerTexts()).toEqual(['粤A20002']);
    await search.fill('13900000002');
    await page.locator('.list-summary', { hasText: '找到 1 辆' }).waitFor();
    await search.press('Enter');
    await page.locator('.vehicle-panel .plate', { hasText: '粤A20002' }).waitFor();
    await waitFor(
      'the map to go there',
      () => server.stream.views.at(-1)!,
      ([west, , east]) => west < 113.3 && east > 113.3 && east < 114,
    );
  });
});
