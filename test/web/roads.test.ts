import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { RoadFeature } from '../../web/roads/road-types.js';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { MIDDLE, PATIENCE_MS, ready } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import type { MockServer } from './support/mock-server.js';
import { livePosition } from './support/samples.js';

const { lon, lat } = MIDDLE;
const ROAD: RoadFeature = {
  type: 'Feature',
  id: 'way/1',
  geometry: {
    type: 'LineString',
    coordinates: [
      [lon - 0.02, lat],
      [lon + 0.02, lat],
    ],
  },
  properties: {
    name: '解放路',
    highway: 'primary',
    oneway: 'yes',
    maxspeed: 60,
    'maxspeed:conditional': '50 @ (22:00-06:00)',
    'maxspeed:hgv': 40,
  },
  set: 'wuxi',
  revision: 7,
};

needs('chromium', 'roads', (chromium) => {
  let server: MockServer;
  let page: Page;
  freshPages(chromium, (fresh) => {
    ({ server, page } = fresh);
    server.move([livePosition('v1', { lat: lat + 0.004 })]);
    server.office.lists.set('road-sets', [{ set: 'wuxi', roads: 1, revision: 7 }]);
    server.office.lists.set('roads', [ROAD]);
  });
  const open = async (zoom: number) => {
    await page.goto(`${server.pageUrl}#map=${zoom}/${lat}/${lon}`);
    await ready(page);
  };
  const asked = () => server.office.read.filter(({ path }) => path === 'roads').map(({ query }) => query);

  test('are asked for by what is in view, and told by a click', async () => {
    await open(15);
    await waitFor(
      'a question for the view',
      () => asked().length,
      (n) => n > 0,
    );
    const [west, south, east, north] = asked()[0].get('bbox')!.split(',').map(Number);
    expect(east - west).toBeLessThan(0.1);
    expect(lon > west && lon < east && lat > south && lat < north).toBe(true);
    const box = (await page.locator('.map').boundingBox())!;
    const card = page.locator('.road-card');
    // A click meets nothing before the line is drawn.
    await waitFor(
      'the card of the road',
      async () => {
        await page.mouse.click(box.x + box.width / 2 + 40, box.y + box.height / 2);
        return card.isVisible();
      },
      (visible) => visible,
      { timeoutMs: PATIENCE_MS },
    );
    expect(await card.textContent()).toMatch(
      /解放路.*maxspeed\s*60 km\/h.*maxspeed:conditional\s*50 @ \(22:00-06:00\).*maxspeed:hgv\s*40 km\/h.*主干道.*单行/s,
    );
    await card.getByRole('button', { name: '关闭' }).click();
    await card.waitFor({ state: 'hidden' });
  });

  test('are not asked for from far away, nor drawn where there are too many, and can be put away', async () => {
    await open(10);
    const roads = page.locator('.road-switch');
    await roads.getByText('请放大').waitFor();
    expect(asked()).toEqual([]);
    server.office.answers.set('GET roads', () => ({ items: [ROAD], cursor: 'more' }));
    for (let zoom = 10; zoom < 13; zoom++) {
      await page.click('.maplibregl-ctrl-zoom-in');
      await page.waitForTimeout(500);
    }
    await waitFor(
      'a question',
      () => asked().length,
      (n) => n > 0,
    );
    await roads.getByText('请放大').waitFor();
    await roads.click();
    expect(await roads.getAttribute('aria-pressed')).toBe('false');
    await page.reload();
    await ready(page);
    await page.locator('.road-switch[aria-pressed="false"]').waitFor();
  });
});
