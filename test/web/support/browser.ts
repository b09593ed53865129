import { type Browser, chromium, type Page } from 'playwright-core';
import type { PageReport } from '../../../web/page-report.js';
import { type Image, readPng } from './png.js';

/** A browser that draws in software takes its time, the more so where other tests run beside it. */
export const PATIENCE_MS = 45_000;

const ARGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

export async function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGS });
}

/** A page, and everything that should not have happened in it. */
export interface WatchedPage {
  page: Page;
  /** Uncaught errors, errors on the console, requests to other hosts: what a test ends by finding empty. */
  faults: string[];
}

/** A fresh page that has seen nothing before, at the size of a console's screen. */
export async function watchedPage(browser: Browser, origin: string, locale = 'zh-CN'): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && host !== new URL(origin).host) faults.push(`request to ${host}`);
  });
  return { page, faults };
}

/** Waits until the page's own report is as wanted. */
export async function report(page: Page, wanted: (report: PageReport) => boolean): Promise<void> {
  // The policy of the page forbids eval, so the condition is looked at from here.
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    const seen = await page.evaluate(() => {
      const it = (globalThis as { __cheji?: PageReport }).__cheji;
      return it ? { ready: it.ready, connected: it.connected, vehicles: it.vehicles(), alerts: it.alerts() } : null;
    });
    if (seen && wanted({ ...seen, vehicles: () => seen.vehicles, alerts: () => seen.alerts })) return;
    if (Date.now() > deadline) throw new Error(`the page says ${JSON.stringify(seen)}`);
    await page.waitForTimeout(50);
  }
}

/** Waits until the page says that it is ready and connected. */
export async function ready(page: Page): Promise<void> {
  await report(page, (it) => it.ready && it.connected);
}

/** Middle of the view that `MAP_HASH` opens, and how many pixels a degree of longitude is there. */
export const MIDDLE = { lon: 120.301, lat: 31.574 };
export const MAP_HASH = `#map=13/${MIDDLE.lat}/${MIDDLE.lon}`;
export const PIXELS_PER_DEGREE = (512 * 2 ** 13) / 360;

/** The map as it is on the screen, with the pixel of its middle. */
export async function mapImage(page: Page): Promise<Image & { middle: { x: number; y: number } }> {
  const clip = (await page.locator('.map').boundingBox())!;
  const image = readPng(await page.screenshot({ clip }));
  return { ...image, middle: { x: image.width / 2, y: image.height / 2 } };
}
