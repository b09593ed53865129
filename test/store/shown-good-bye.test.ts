import { expect, test } from 'vitest';
import type { Upload } from '../../model/upload.js';
import { openShown } from './shown-support.js';
import { fixAt } from './writer-support.js';

test('who says good-bye is gone until the log has something newer of it, and after a restart likewise', async () => {
  const { shown, spool, registry, restore, checkpoint, flushed, close } = await openShown();
  const report = (vehicleNo: number, more: Partial<Upload> = {}): Upload => ({
    ...{ id: 'a'.repeat(32), vehicleNo, vehicleId: String(vehicleNo), kind: 'report', time: 5, receivedTime: 5 },
    ...{ source: 'mqtt', content: { event: 'offline', online: false } },
    ...more,
  });
  const gone = () => [1, 2, 3, 4].filter((no) => shown.fleet.isGone(no));
  for (const no of [1, 2, 3]) spool.addFix(fixAt(no, 0));
  // Behind the fix of the same moment, and in front of the next one's.
  registry.recordUpload(report(1));
  registry.recordUpload(report(2));
  spool.addFix(fixAt(2, 1));
  // Other reports, and words of theirs that look alike.
  registry.recordUpload(report(3, { content: { event: 'enter', desc: '"event":"offline"' } }));
  registry.recordUpload(report(3, { kind: 'driver' }));
  registry.recordUpload(report(3, { content: { event: 'enter', inner: { event: 'offline' } } }));
  registry.recordUpload(report(4)); // never heard of
  await flushed();
  expect(gone()).toEqual([1]);
  expect((await restore()).fleet.isGone(1)).toBe(true);
  await checkpoint();
  spool.addFix(fixAt(1, 2));
  await flushed();
  expect(gone()).toEqual([]);
  expect((await restore()).fleet.snapshot()).toEqual(shown.fleet.snapshot());
  await close();
});
