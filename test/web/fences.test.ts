import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { MAP_HASH, ready } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import type { MockServer } from './support/mock-server.js';
import { FENCES, livePosition } from './support/samples.js';

needs('chromium', 'fences', (chromium) => {
  let server: MockServer;
  let page: Page;
  const tolerate = freshPages(chromium, async (fresh) => {
    ({ server, page } = fresh);
    server.move([livePosition('v1', { lon: 120.4 })]); // or the card for an empty server lies over the map
    server.fences = FENCES;
    await page.goto(server.pageUrl + MAP_HASH);
    await ready(page);
    await page.getByRole('tab').nth(1).click();
  });

  const click = async (x: number, y: number, twice = false) => {
    const box = (await page.locator('.map').boundingBox())!;
    const at = [box.x + box.width * x, box.y + box.height * y] as const;
    await (twice ? page.mouse.dblclick(...at) : page.mouse.click(...at));
  };

  test('are drawn by clicks and saved with their rules', async () => {
    await page.getByRole('button', { name: '新建围栏' }).click();
    const form = page.locator('.fence-form');
    await form.getByRole('button', { name: '保存' }).click();
    await form.locator('.problem', { hasText: '请填写围栏名称' }).waitFor();
    await form.getByLabel('名称').fill('货场');
    await form.getByRole('button', { name: '保存' }).click();
    await form.locator('.problem', { hasText: '请先在地图上绘制围栏' }).waitFor();

    await click(0.3, 0.3);
    await click(0.6, 0.3);
    await click(0.6, 0.6, true);
    await page.locator('.draw-handle:not(.between)').nth(2).waitFor();
    await form.getByLabel('限速（km/h）').fill('30');
    await form.getByRole('button', { name: '保存' }).click();
    await page.locator('.fence-list .row', { hasText: '货场' }).waitFor();
    const made = server.fences.at(-1)!;
    expect(made.properties).toMatchObject({
      name: '货场',
      rules: [{ type: 'enter' }, { type: 'overspeed', limit: 30 }],
    });
    expect(made.geometry.type).toBe('Polygon');
    expect((made.geometry as GeoJSON.Polygon).coordinates[0]).toHaveLength(4);
    expect(await page.locator('.draw-handle').count()).toBe(0);
  });

  test('are changed by the keyboard, but not over what somebody else has done, and deleted when asked twice', async () => {
    tolerate(/412/);
    await page.locator('.fence-list .row', { hasText: '火车站' }).click();
    await page.getByRole('button', { name: '修改' }).click();
    const [middle] = (FENCES[0].geometry as GeoJSON.Point).coordinates;
    const form = page.locator('.fence-form');
    expect(await form.getByLabel('半径（米）').inputValue()).toBe('900');
    await page.locator('.draw-handle').first().press('ArrowRight');
    await form.getByRole('button', { name: '保存' }).click();
    await waitFor(
      'the fence a little further east',
      () => (server.fences.find(({ id }) => id === 'f-station')!.geometry as GeoJSON.Point).coordinates[0],
      (lon) => lon > middle && lon < middle + 0.01,
    );
    expect(server.fences.find(({ id }) => id === 'f-station')!.properties).toMatchObject({ radius: 900 });

    await page.getByRole('button', { name: '修改' }).click();
    server.fences = server.fences.map((fence) => ({ ...fence, revision: fence.revision + 1 }));
    await form.getByRole('button', { name: '保存' }).click();
    await form.locator('.problem', { hasText: '已被他人修改' }).waitFor();
    await form.getByRole('button', { name: '取消' }).click();

    const remove = page.getByRole('button', { name: '删除' });
    await remove.click();
    expect(server.fences).toHaveLength(3);
    server.fences = server.fences.map((fence) => ({ ...fence, revision: fence.revision + 1 }));
    await page.locator('button.asks').click();
    await page.locator('.fence-list .problem', { hasText: 'changed since' }).waitFor();
    expect(server.fences).toHaveLength(3);
    // The list has been read again, and with it what is deleted now.
    await remove.click();
    await page.locator('button.asks').click();
    await waitFor(
      'two fences',
      () => server.fences.length,
      (count) => count === 2,
    );
  });

  test('may be given as coordinates where nobody can point', async () => {
    await page.getByRole('button', { name: '新建围栏' }).click();
    await page.locator('.geometry-text summary').click();
    const text = page.locator('.geometry-text textarea');
    await text.fill('{"type":"Square"}');
    await text.press('Tab');
    await page.locator('.geometry-text .problem', { hasText: '不是有效的围栏形状' }).waitFor();
    await text.fill('{"type":"LineString","coordinates":[[120.28,31.57],[120.32,31.58]]}');
    await text.press('Tab');
    await page.locator('.fence-form').getByLabel('宽度（米）').fill('120');
    await page.locator('.fence-form').getByLabel('名称').fill('专线');
    await page.locator('.fence-form').getByRole('button', { name: '保存' }).click();
    await page.locator('.fence-list .row', { hasText: '专线' }).waitFor();
    expect(server.fences.at(-1)).toMatchObject({ geometry: { type: 'LineString' }, properties: { width: 120 } });
  });
});
