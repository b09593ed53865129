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

  test('stays text on the pages beside the monitor', async () => {
    const withHostile = await pageElements(HOSTILE);
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    expect(withHostile).toEqual(await pageElements('harmless'));
  });

  async function pageElements(text: string): Promise<string[]> {
    const at = new Date().toISOString();
    const failure = { kind: 'refused', status: 422, detail: text };
    const delivery = {
      circuit: 'open',
      stopped: null,
      cursor: text,
      behind: 1,
      failures: 1,
      deadLetters: 1,
      delivered: 0,
    };
    server.office.lists
      .set('rules', [
        { id: text, name: text, type: text, severity: 'warning', scope: { companies: [text] }, enabled: true },
      ])
      .set('rule-packs', [
        { id: 'p', name: text, revision: text, rules: [], unconfirmed: [{ rule: text, what: text }] },
      ])
      .set('webhooks', [
        {
          ...{ id: 'w', url: text, description: text, filter: { company: [text] }, paused: false },
          delivery: { ...delivery, nextTryAt: at, lastDeliveredAt: null, lastFailure: { ...failure, at } },
        },
      ])
      .set('webhooks/w/deliveries', [{ at, ms: 1, id: text, delivered: false, failure }])
      .set('webhooks/w/dead-letters', [{ no: 1, id: text, at, attempts: 5, ...failure, message: { [text]: text } }])
      .set('audit', [
        { time: at, actor: text, action: text, objects: [text], note: text, before: null, after: { [text]: text } },
      ]);
    const names: string[] = [];
    for (const [name, shown] of [
      ['rules', '.rules-page .data-table tbody tr'],
      ['webhooks', '.webhooks-page tbody .link'],
      ['audit', '.audit-page tbody summary'],
    ]) {
      await page.goto('about:blank');
      await page.goto(`${server.pageUrl}#${name}`);
      await page.locator(shown).first().click();
      if (name === 'webhooks') await page.locator('.webhook-letters summary').click();
      names.push(
        ...(await page.evaluate<string[]>(
          '[...document.querySelectorAll(".over-page:not([hidden]) *")].map((e) => e.localName).sort()',
        )),
      );
    }
    return names;
  }

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
