import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSettings } from '../../config.js';
import { watchFiles } from '../../parts/watched-files.js';
import { tempDir } from '../support/temp-dir.js';

test('a directory that cannot be had is told with its setting', async () => {
  const file = join(await tempDir(), 'a-file');
  writeFileSync(file, '');
  const { settings } = loadSettings({ CHEJI_WATCH_DIR: join(file, 'drop') });
  const watched = watchFiles(settings, {} as Parameters<typeof watchFiles>[1]);
  await expect(watched).rejects.toThrow(/^watched directory .*a-file\/drop: .*CHEJI_WATCH_DIR/);
});

test('none is watched where the settings name none', async () => {
  const { settings } = loadSettings({});
  expect(await watchFiles(settings, {} as Parameters<typeof watchFiles>[1])).toBeNull();
});
