import { Registry } from '../../store/registry.js';
import { ShownState } from '../../store/shown-state.js';
import { tempDir } from '../support/temp-dir.js';
import { accepted, closeLogs, openLogs } from './writer-support.js';

/** What the main thread shows of a log that is written to, and the same as it comes back after a restart. */
export async function openShown(now: () => number = () => 7) {
  const logs = await openLogs();
  const { spool, spoolDir } = logs;
  const checkpoints = await tempDir();
  const restore = () => ShownState.restore(checkpoints, spoolDir, () => spool.committedSeq);
  const shown = await restore();
  spool.onCommit((blocks) => {
    for (const block of blocks) shown.apply(block, () => {});
  });
  const flushed = () => accepted(spool);
  return {
    ...{ spool, spoolDir, shown, restore, flushed, registry: new Registry(shown.catalog, spool, now) },
    checkpoint: () => shown.checkpoint(flushed),
    close: () => closeLogs(logs),
  };
}
