import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const CLIENT = join(import.meta.dirname, '../../client');

test('the client needs nothing at run time: no package, no module of Node.js, of the others only types', () => {
  const files = readdirSync(CLIENT).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const text = readFileSync(join(CLIENT, file), 'utf8');
    const imports = [...text.matchAll(/^(import|export)(\s+type)?[^;]*?from\s+'([^']+)'/gm)];
    const wrong = imports.filter(
      ([, , type, target]) => !target.startsWith('./') && !(type && target.startsWith('../model/')),
    );
    expect(wrong.map(([line]) => `${file}: ${line}`)).toEqual([]);
  }
});
