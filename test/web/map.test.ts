import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { LivePosition } from '../../client/index.js';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { MAP_HASH, MIDDLE, mapImage, PATIENCE_MS, PIXELS_PER_DEGREE, ready, report } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import { MockFleet } from './support/mock-fleet.js';
import type { MockServer } from './support/mock-server.js';
import { countNear, like } from './support/png.js';
import { FENCES, livePosition } from './support/samples.js';

/** The colours of web/styles/base.css. */
const MOVING = like([0x56, 0xb4, 0xe9]);
const STOPPED = like([0xd8, 0xde, 0xe4]);
const ALARM = like([0xff, 0x7f, 0x50]);
const STALE = like([0x71, 0x81, 0x8f]);
const FENCE = like([0x3d, 0xc1, 0xa0], 60);

needs('chromium', 'the map', (chromium) => {
  let server: MockServer;
  let page: Page;
  freshPages(chromium, (fresh) => {
    ({ server, page } = fresh);
  });

  const open = async () => {
    await page.goto(server.pageUrl + MAP_HASH);
    await ready(page);
  };
  /** Asks the screen again until it shows what is wanted: frames come when they come. */
  const seen = (what: string, ask: () => Promise<boolean>) =>
    waitFor(what, ask, (yes) => yes, { timeoutMs: PATIENCE_MS });

  test('draws a vehicle where it is, and moves it', async () => {
    const start = livePosition('v1', { heading: 90, speed: 40 });
    server.move([start]);
    await open();
    await report(page, (it) => it.vehicles() === 1);
    await seen('an arrow in the middle', async () => {
      const image = await mapImage(page);
      return countNear(image, image.middle.x, image.middle.y, 10, MOVING) > 20;
    });
    const east = 0.01;
    server.move([{ ...start, lon: MIDDLE.lon + east }]);
    await seen('the arrow further east, and none in the middle', async () => {
      const image = await mapImage(page);
      const { x, y } = image.middle;
      return (
        countNear(image, Math.round(x + east * PIXELS_PER_DEGREE), y, 10, MOVING) > 20 &&
        countNear(image, x, y, 10, MOVING) === 0
      );
    });
  });

  test('tells states apart by colour and by shape', async () => {
    const at = (i: number) => MIDDLE.lon + (i * 60) / PIXELS_PER_DEGREE;
    const states: [LivePosition, (colour: readonly [number, number, number]) => boolean][] = [
      [livePosition('moving', { lon: at(-1), speed: 30 }), MOVING],
      [livePosition('stopped', { lon: at(0), speed: 0 }), STOPPED],
      [livePosition('alarm', { lon: at(1), speed: 30, alarm: 1 }), ALARM],
      [livePosition('stale', { lon: at(2), online: false }), STALE],
    ];
    server.move(states.map(([position]) => position));
    await open();
    await report(page, (it) => it.vehicles() === 4);
    await seen('each in its colour', async () => {
      const image = await mapImage(page);
      const counts = states.map(([, colour], i) =>
        countNear(image, Math.round(image.middle.x + (i - 1) * 60), image.middle.y, 14, colour),
      );
      return counts.every((count) => count > 15);
    });
    const image = await mapImage(page);
    // A ring is hollow, a square is not.
    expect(countNear(image, Math.round(image.middle.x + 120), image.middle.y, 1, STALE)).toBe(0);
    expect(countNear(image, image.middle.x, image.middle.y, 1, STOPPED)).toBe(9);
  });

  test('lets go of vehicles that leave', async () => {
    server.move([livePosition('v1'), livePosition('v2', { lon: 120.31 }), livePosition('v3', { lon: 120.32 })]);
    await open();
    await report(page, (it) => it.vehicles() === 3);
    server.remove('v1');
    await report(page, (it) => it.vehicles() === 2);
    server.move([livePosition('v2', { lon: 140 })]); // out of the view
    await report(page, (it) => it.vehicles() === 1);
  });

  test('tells the server when the view changes', async () => {
    await open();
    await waitFor(
      'the first view',
      () => server.stream.views.length,
      (n) => n > 0,
    );
    const [west, , east] = server.stream.views.at(-1)!;
    await page.click('.maplibregl-ctrl-zoom-in');
    await waitFor(
      'a narrower view',
      () => server.stream.views.at(-1)!,
      (view) => view[2] - view[0] < (east - west) * 0.6,
    );
  });

  test('goes to the fleet where the address names no place', async () => {
    server.move(new MockFleet(50).positions());
    await page.goto(server.pageUrl);
    await ready(page);
    await waitFor(
      'a view of the town',
      () => server.stream.views.at(-1)!,
      ([w, s, e, n]) => w > 119 && s > 31 && e < 121 && n < 32.2,
    );
    await report(page, (it) => it.vehicles() >= 45);
  });

  test('shows density when the server sends it, and vehicles again after', async () => {
    server.move([livePosition('v1')]);
    const { lon, lat } = MIDDLE;
    const half = 0.0005;
    server.density = [
      { bbox: [lon - half, lat - half, lon + half, lat + half], count: 1200, moving: 900, emergencies: 0 },
      { bbox: [lon + half, lat - half, lon + 3 * half, lat + half], count: 34, moving: 0, emergencies: 0 },
    ];
    await open();
    await page.locator('.density-number', { hasText: '1,234' }).waitFor();
    await report(page, (it) => it.vehicles() === 0);
    await seen('a spot in the middle', async () => {
      const image = await mapImage(page);
      return countNear(image, image.middle.x, image.middle.y, 20, (c) => c[2] - c[0] > 60) > 100;
    });
    server.density = null;
    server.stream.refresh();
    await report(page, (it) => it.vehicles() === 1);
    await page.locator('.density-number').waitFor({ state: 'detached' });
  });

  test('draws fences in their true shape, names them, and lists them with their rules', async () => {
    server.fences = FENCES;
    server.move([livePosition('v1')]); // or the card for an empty server lies over the map
    await open();
    const circle = FENCES[0];
    const metresPerPixel = (40_075_017 * Math.cos((MIDDLE.lat * Math.PI) / 180)) / (512 * 2 ** 13);
    const radius = circle.properties.radius! / metresPerPixel;
    const northward = ((31.584 - MIDDLE.lat) * 111_195) / metresPerPixel;
    await seen('the outline of the circle', async () => {
      const image = await mapImage(page);
      const { x, y } = image.middle;
      return [-radius, radius].every(
        (dx) => countNear(image, Math.round(x + dx), Math.round(y - northward), 3, FENCE) > 3,
      );
    });
    const box = (await page.locator('.map').boundingBox())!;
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.move(middle.x + radius * 0.5, middle.y - northward);
    await page.locator('.hover-card', { hasText: circle.properties.name }).waitFor();
    await page.getByRole('tab').nth(1).click();
    expect(await page.locator('.fence-list .row').allInnerTexts()).toEqual([
      '1 号公交走廊\n路线 · 驶出 · f-route',
      '火车站限速区\n圆形 · 超过 40 km/h · f-station',
      '老城区禁行\n区域 · 驶入, 驶出 · 07:00–09:30 · f-old-town',
    ]);
  });

  test('stays whole with 100,000 vehicles in view', async () => {
    server.move(new MockFleet(100_000, { spreadM: 2000 }).positions());
    await open();
    await report(page, (it) => it.vehicles() === 100_000);
    await page.locator('.list-summary', { hasText: '100,000' }).waitFor();
    server.remove('13900000000');
    await report(page, (it) => it.vehicles() === 99_999);
  });
});
