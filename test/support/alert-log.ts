import { join } from 'node:path';
import type { AlertCommit, AlertTransition } from '../../model/alert.js';
import { KIND_ALERTS, readJsonBody } from '../../model/block.js';
import { LogReader } from '../../store/log-reader.js';

/** Every transition of the alert log in `dataDir`, in the order of the log. The server must have ended. */
export function readAlertLog(dataDir: string): AlertTransition[] {
  const reader = new LogReader(join(dataDir, 'alerts'), 1, () => Number.MAX_SAFE_INTEGER);
  const transitions: AlertTransition[] = [];
  for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) {
    for (const block of blocks) {
      if (block.kind !== KIND_ALERTS) continue;
      const commit = readJsonBody<AlertCommit>(block);
      transitions.push(...commit.transitions);
    }
  }
  reader.close();
  return transitions;
}

/**
 * The log without what may differ between two runs of the same input: places in the logs, when things were
 * received and detected, and deadlines, which pass by ticks: how far the last one of a run comes is chance. Ordered by alert and
 * revision, because vehicles are independent of each other.
 */
export function comparable(transitions: AlertTransition[]): object[] {
  return transitions
    .filter(({ transition }) => transition !== 'overdue' && transition !== 'escalated')
    .toSorted((a, b) => a.alert.id.localeCompare(b.alert.id) || a.alert.revision - b.alert.revision)
    .map(({ transition, alert }) =>
      JSON.parse(JSON.stringify({ transition, alert }, (key, value) => (OF_THE_RUN.has(key) ? undefined : value))),
    );
}

const OF_THE_RUN = new Set([
  'detectedAt',
  'receivedAt',
  'seq',
  'delayed',
  'revision',
  'deadlines',
  'overdue',
  'escalations',
]);
