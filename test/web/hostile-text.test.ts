import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { MAP_HASH, MIDDLE, ready, report } from './support/browser.js';
import { freshPages } from './support/fresh-page.js';
import type { MockServer } from './support/mock-server.js';
import { alert, FENCES, livePosition } from './support/samples.js';

/** Each would set `hacked`, or become an element, if the page ever read it as anything but text (SEC-066). */
const HOSTILE = [
  '京A<img src=x onerror=hacked=1>',
  '<script>hacked=1</script>',
  '"><svg onload=hacked=1>',
  "'><iframe srcdoc='<script>parent.hacked=1</script>'>",
  'javascript:hacked=1',
  '<a href="javascript:hacked=1" autofocus onfocus=hacked=1>x</a>',
  '{{hacked=1}}',
  '<style>*{background:url(x)}</style>',
  '&lt;img src=x onerror=hacked=1&gt;',
  '\u202e京A<b onmouseover=hacked=1>',
].join(' ');

needs('chromium', 'hostile text', (chromium) => {
  let server: MockServer;
  let page: Page;
  freshPages(chromium, (fresh) => {
    ({ server, page } = fresh);
  });

  test('stays text wherever it is shown', async () => {
    const withHostile = await elementNames(HOSTILE);
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    // The page has the very elements that it has with harmless text.
    expect(withHostile).toEqual(await elementNames('苏B12345'));
  });

  /** Fills every field that others write with `text`, opens everything, and gives the names of all elements. */
  async function elementNames(text: string): Promise<string[]> {
    await page.goto('about:blank');
    const id = 'v1';
    server.vehicles.clear();
    server.fences = FENCES.map((fence) => ({ ...fence, properties: { ...fence.properties, name: text } }));
    server.move([livePosition(id, { plate: text, alarm: 2 })]);
    const vehicle = server.vehicles.get(id)!;
    server.vehicles.set(id, { ...vehicle, company: text, terminals: [{ protocol: text, number: text }] });
    server.alerts = [
      alert(id, {
        plate: text,
        type: `terminal-${text}`,
        ruleId: text,
        clearReason: text,
        clearedAt: new Date().toISOString(),
        handling: { action: 'acknowledge', by: text, note: text, at: new Date().toISOString() },
        evidence: {
          fixes: { [text]: { lon: MIDDLE.lon, lat: MIDDLE.lat, speed: 1, time: text } },
          checks: [{ what: text, value: text, is: text, threshold: text, unit: text, result: true }],
          [text]: text,
        },
      }),
    ];
    await page.goto(server.pageUrl + MAP_HASH);
    await ready(page);
    await report(page, (it) => it.vehicles() === 1 && it.alerts() === 1);
    await page.locator('.fence-label').first().waitFor();
    await page.getByRole('tab').nth(1).click();
    await page.locator('.fence-list .row').first().hover();
    await page.getByRole('tab').nth(0).click();
    await page.locator('.alert-row button').click();
    await page.locator('.alert-detail .checks li').waitFor();
    const box = (await page.locator('.map').boundingBox())!;
    await page.locator('.vehicle-list .row').click();
    await page.locator('.vehicle-panel .facts').waitFor();
    await page.locator('.track-result p').waitFor();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator('.hover-card').waitFor();
    expect(await page.locator('.vehicle-panel .plate').textContent()).toBe(text);
    return page.evaluate<string[]>('[...document.querySelectorAll("*")].map((e) => e.localName).sort()');
  }
});
