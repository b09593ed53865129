import { expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { readJsonBody } from '../../model/block.js';
import type { Change } from '../../model/change.js';
import type { Fence, FenceGeometry } from '../../model/fence.js';
import { jsonBytes, writtenGeometry } from '../../model/written-geometry.js';
import { LogReader } from '../../store/log-reader.js';
import { starRing } from '../geo/support.js';
import { openShown } from './shown-support.js';

const large: FenceGeometry = { type: 'Polygon', coordinates: [starRing(randomFrom(1), 120, 31, 3000, 1, 2)] };
const small: FenceGeometry = { type: 'Point', coordinates: [120, 31] };

/** Whether nothing is written anew where the fence is: the bytes are the very same each time. */
function isKeptAsText(geometry: FenceGeometry): boolean {
  const [once, again] = [jsonBytes(geometry), jsonBytes(geometry)];
  return once === again;
}

test('a fence that is kept as text is whole in the log and in a checkpoint, and is text again after a restart', async () => {
  const { spool, spoolDir, registry, restore, checkpoint, close } = await openShown();
  const written = writtenGeometry('Polygon', Buffer.from(JSON.stringify(large)));
  await registry.putFence({ id: 'large', geometry: written, properties: { name: 'large', rules: [] } });
  await registry.putFence({ id: 'small', geometry: small, properties: { name: 'small', rules: [] } });
  const reader = new LogReader(spoolDir, 1, () => spool.committedSeq);
  const told: Fence[] = [];
  for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) {
    told.push(...blocks.map((block) => readJsonBody<Change & { type: 'fence-put' }>(block).fence));
  }
  reader.close();
  expect(told.map(({ geometry }) => geometry)).toEqual([large, small]);

  for (const checkpointed of [false, true]) {
    if (checkpointed) await checkpoint();
    const { catalog } = await restore();
    expect([...catalog.fences.values()]).toEqual(told);
    expect([...catalog.fences.values()].map(({ geometry }) => isKeptAsText(geometry))).toEqual([true, false]);
  }
  await close();
});
