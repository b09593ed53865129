import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const WEB = join(import.meta.dirname, '../../web');
const sources = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|html)$/.test(name));

test('nothing in the page turns text into HTML or code (SEC-066)', () => {
  const ways =
    /\b(innerHTML|outerHTML|insertAdjacentHTML|setHTML|setHTMLUnsafe|document\.write|DOMParser|eval|new Function)\b/;
  const users = sources.filter((name) => ways.test(readFileSync(join(WEB, name), 'utf8')));
  expect(sources.length).toBeGreaterThan(40);
  expect(users).toEqual([]);
});

test('the page has no inline script, handler or style', () => {
  const html = readFileSync(join(WEB, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
});
