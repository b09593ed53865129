import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Who may import from whom (docs/architecture.md, Arrows); the files of the root know all. */
const ARROWS: Record<string, readonly string[]> = {
  model: [],
  protocols: ['model'],
  broker: ['model'],
  geo: ['model'],
  store: ['model'],
  ingest: ['model', 'protocols', 'store', 'broker'],
  alerts: ['model', 'geo', 'store'],
  tracks: ['model', 'geo', 'store'],
  redis: ['model'],
  deliver: ['model', 'alerts', 'store', 'redis'],
  nodes: ['model', 'alerts', 'store', 'redis'],
  config: ['model', 'ingest', 'deliver', 'redis', 'api'],
  parts: [
    ...['model', 'protocols', 'broker', 'geo', 'store', 'ingest', 'alerts', 'tracks', 'redis', 'deliver', 'api'],
    ...['nodes', 'config', 'config.js', 'engine.js'],
  ],
  api: ['model', 'alerts', 'geo', 'store', 'tracks'],
  client: ['model'],
  web: ['model', 'client'],
};
/** Packages by folder where not everyone may have them. */
const KEPT_IN_ONE_PLACE: Record<string, RegExp> = {
  'uWebSockets.js': /^(api\/uws|bench|cli)\//,
  pg: /^(store|parts|bench|cli)\//,
  rbush: /^geo\//,
  aedes: /^broker\//,
  mqtt: /^broker\//,
  ioredis: /^redis\//,
  gcoord: /^model\//,
};

/** The top of alerts/ and its folders: each knows only those before it (docs/architecture.md, The alerts). */
const IN_ALERTS = [
  ...['', 'log', 'scope', 'life', 'driving', 'speed', 'memory', 'rules', 'packs'],
  ...['rule-book', 'judging', 'late', 'steps'],
];

/** The files that join the parts. */
const ROOT_FILES = readdirSync(ROOT)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.config.ts'))
  .map((name) => join(ROOT, name));

const imports = Object.keys(ARROWS).flatMap((folder) => sources(join(ROOT, folder)).flatMap(importsOf));

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

function importsOf(file: string): { file: string; target: string; types: boolean }[] {
  const text = readFileSync(file, 'utf8');
  return [
    ...text.matchAll(/^(?:import|export)\s[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm),
  ].map((match) => ({
    file: relative(ROOT, file),
    target: match[1] ?? match[2] ?? match[3],
    types: /^(import|export) type\b/.test(match[0]),
  }));
}

test('imports point one way', () => {
  const wrong = imports.filter(({ file, target }) => {
    if (!target.startsWith('.')) return false;
    const from = file.split('/')[0];
    const to = relative(ROOT, join(ROOT, dirname(file), target)).split('/')[0];
    return to !== from && !ARROWS[from].includes(to);
  });
  expect(imports.length).toBeGreaterThan(20);
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

test('folders of alerts/ know only those before them', () => {
  const folderOf = (path: string) => /^alerts\/(?:([^/]+)\/)?[^/]+$/.exec(path)?.[1] ?? '';
  const inside = imports
    .filter(({ file, target }) => file.startsWith('alerts/') && target.startsWith('.'))
    .map(({ file, target }) => ({ file, target: join(dirname(file), target) }))
    .filter(({ target }) => target.startsWith('alerts/'))
    .map(({ file, target }) => [folderOf(file), folderOf(target)]);
  expect(new Set(inside.flat())).toEqual(new Set(IN_ALERTS));
  expect(inside.filter(([from, to]) => IN_ALERTS.indexOf(to) > IN_ALERTS.indexOf(from))).toEqual([]);
});

test('no file needs itself, on whatever way round: not even for a type', () => {
  const files = [...Object.keys(ARROWS), 'cli', 'bench'].flatMap((folder) => sources(join(ROOT, folder)));
  const needs = new Map<string, string[]>();
  for (const file of [...files, ...ROOT_FILES]) {
    const own = importsOf(file).filter(({ target }) => target.startsWith('.'));
    needs.set(
      relative(ROOT, file),
      own.map(({ target }) => relative(ROOT, join(dirname(file), target)).replace(/\.js$/, '.ts')),
    );
  }
  expect(circles(needs)).toEqual([]);
  // It would find one.
  const round = new Map([
    ['a.ts', ['b.ts']],
    ['b.ts', ['c.ts', 'd.ts']],
    ['c.ts', ['a.ts']],
  ]);
  expect(circles(round)).toEqual([['a.ts', 'b.ts', 'c.ts', 'a.ts']]);
});

/** A way round for each that is found when everything is walked through once; none where there is none. */
function circles(needs: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const walked = new Set<string>();
  const way: string[] = [];
  const walk = (file: string): void => {
    const before = way.indexOf(file);
    if (before >= 0) found.push([...way.slice(before), file]);
    if (walked.has(file)) return;
    walked.add(file);
    way.push(file);
    for (const needed of needs.get(file) ?? []) walk(needed);
    way.pop();
  };
  for (const file of needs.keys()) walk(file);
  return found;
}

test('protocols do no I/O', () => {
  const wrong = imports.filter(
    ({ file, target }) => file.startsWith('protocols/') && /^node:(net|fs|http|dgram)/.test(target),
  );
  expect(wrong).toEqual([]);
});

test.each(Object.entries(KEPT_IN_ONE_PLACE))('%s is imported in its place only', (name, place) => {
  const wrong = imports.filter(({ file, target }) => target === name && !place.test(file));
  expect(wrong).toEqual([]);
});

test('only config.ts reads the environment', () => {
  const readers = [
    ...Object.keys(ARROWS).flatMap((folder) => sources(join(ROOT, folder))),
    ...ROOT_FILES.filter((file) => file !== join(ROOT, 'config.ts')),
  ].filter((file) => /process\.env\b/.test(readFileSync(file, 'utf8')));
  expect(readers.map((file) => relative(ROOT, file))).toEqual([]);
});

test('every package that runs in production is a dependency, with its version pinned', () => {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  // The page is built before it is packed: nothing that it imports is there at run time.
  const folders = [...Object.keys(ARROWS), 'cli'].filter((folder) => folder !== 'web');
  const files = folders.flatMap((folder) => sources(join(ROOT, folder)));
  const packages = [...files, ...ROOT_FILES]
    .flatMap(importsOf)
    .filter(({ target, types }) => !types && !/^(\.|node:)/.test(target))
    .map(({ target }) => /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target);
  expect([...new Set(packages)].filter((name) => !(name in { ...dependencies, ...optionalDependencies }))).toEqual([]);
  const all = Object.entries({ ...dependencies, ...devDependencies });
  const loose = all.filter(([name, version]) => !name.startsWith('@types/') && /[\^~*]/.test(version));
  expect(loose).toEqual([]);
});
