import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** Folders of others' files, or of files that are made. */
const NOT_OURS = new Set(['node_modules', 'dist', 'data', 'coverage', '.git']);

const files = filesBelow(ROOT);
/** The changelog tells of files that were there then. */
const pages = files.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');
/** A migration that was run somewhere stays as it is, to the letter (store/migrate.ts): it tells of files of then, too. */
const sources = files.filter((file) => /\.(ts|mjs|css)$/.test(file) && !file.startsWith('test/'));

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() ? relative(ROOT, path) : [];
  });
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Links of a page to other files, and to places in them. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link));
}

/** Files named by their path, such as `store/db.ts`; those of addresses and of packages are not ours. */
function pathsIn(text: string): string[] {
  const named = /(?<![\w/.@<:~$-])(?:[\w.-]+\/)+[\w.-]+\.(?:ts|md|sql|mjs|proto)(?![\w/*-])/g;
  return [...text.matchAll(named)].map(([path]) => path);
}

/** What is said beside the code. */
function commentsIn(text: string): string {
  return [...text.matchAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)(?:\/\/|--) .*/g)].join('\n');
}

/** Names of the headings of a page, as links to them have it. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function leads(page: string, link: string): boolean {
  const [path, heading] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return heading === undefined || (statSync(join(ROOT, target)).isFile() && headingsOf(read(target)).includes(heading));
}

/** Paths are told from the root, or from beside the file. */
function exists(file: string, path: string): boolean {
  return existsSync(join(ROOT, path)) || existsSync(join(ROOT, dirname(file), path));
}

test('every link of a page leads somewhere', () => {
  const links = pages.flatMap((page) => linksIn(read(page)).map((link) => ({ page, link })));
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter(({ page, link }) => !leads(page, link))).toEqual([]);
  // It would tell.
  expect(leads('README.md', 'docs/gone.md')).toBe(false);
  expect(leads('README.md', 'docs/architecture.md#gone')).toBe(false);
});

test('every file that a page names is there', () => {
  const named = pages.flatMap((page) => pathsIn(read(page)).map((path) => ({ page, path })));
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter(({ page, path }) => !exists(page, path))).toEqual([]);
  expect(pathsIn('as `store/gone.ts` does, see https://example.cn/a/b.md')).toEqual(['store/gone.ts']);
});

test('every file that a comment names is there', () => {
  const named = sources.flatMap((file) => pathsIn(commentsIn(read(file))).map((path) => ({ file, path })));
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter(({ file, path }) => !exists(file, path))).toEqual([]);
  expect(pathsIn(commentsIn("import './a/b.js'; // as store/gone.ts\n/** (api/gone.ts) */"))).toEqual([
    'store/gone.ts',
    'api/gone.ts',
  ]);
});
