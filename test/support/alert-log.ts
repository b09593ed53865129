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
 * received and detected, deadlines, which pass by ticks: how far the last one of a run comes is chance, and the ends of alerts
 * that are `bySilence`. Ordered by alert and revision, because vehicles are independent of each other.
 */
export function comparable(transitions: AlertTransition[], bySilence: ReadonlySet<string>): object[] {
  return transitions
    .filter(({ transition }) => transition !== 'overdue' && transition !== 'escalated')
    .filter(({ transition, alert }) => transition !== 'cleared' || !bySilence.has(alert.id))
    .toSorted((a, b) => a.alert.id.localeCompare(b.alert.id) || a.alert.revision - b.alert.revision)
    .map(({ transition, alert }) =>
      JSON.parse(JSON.stringify({ transition, alert }, (key, value) => (OF_THE_RUN.has(key) ? undefined : value))),
    );
}

/**
 * Alerts that silence ended in one of the logs: where tracks run thousands of times as fast as life, a vehicle may be taken for silent
 * in one run that is just in time in another.
 */
export function endedBySilence(...logs: AlertTransition[][]): Set<string> {
  const silent = logs.flat().filter(({ alert }) => alert.clearReason === 'silent');
  return new Set(silent.map(({ alert }) => alert.id));
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
