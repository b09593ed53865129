import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { launch, PATIENCE_MS, watchedPage } from './browser.js';
import { MockServer } from './mock-server.js';

export interface FreshPage {
  browser: Browser;
  server: MockServer;
  /** Open on nothing yet. */
  page: Page;
}

/**
 * For every test of the suite a server and a page of its own, handed to `use` before it; what should not have happened in
 * the page fails the test, except for faults that match a pattern given to the function that this returns.
 */
export function freshPages(
  chromium: string,
  use: (fresh: FreshPage) => void | Promise<void>,
): (onPurpose: RegExp) => void {
  let browser: Browser;
  let server: MockServer;
  let page: Page;
  let faults: string[];
  let tolerated: RegExp[];

  vi.setConfig({ testTimeout: PATIENCE_MS * 2 });
  beforeAll(async () => {
    browser = await launch(chromium);
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    tolerated = [];
    server = new MockServer();
    await server.start();
    ({ page, faults } = await watchedPage(browser, server.url));
    await use({ browser, server, page });
  });
  afterEach(async () => {
    await page.context().close();
    await server.stop();
    expect(faults.filter((fault) => !tolerated.some((pattern) => pattern.test(fault)))).toEqual([]);
  });
  return (onPurpose) => tolerated.push(onPurpose);
}
