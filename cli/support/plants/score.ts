import type { Alert } from '../../../model/alert.js';
import type { ExpectedAlert } from './planting.js';

/** An alert may begin so far from the truth, and still be the one that was meant. */
const NEAR_MS = 200_000;

/** What was found of what was planted. */
export interface Score {
  expected: number;
  found: number;
  alerts: number;
  /** Alerts that nobody planted. */
  wrong: string[];
  missed: string[];
  /** Seconds from when a perfect system could know, by alert found. */
  delays: number[];
}

/**
 * Pairs alerts with what was planted, each at most once; those that late fixes have withdrawn are none. `detected`: when the alert was, epoch ms on the clock that the planting has;
 * recorded tracks may run fast.
 */
export function score(
  told: readonly Alert[],
  expected: readonly ExpectedAlert[],
  detected: (alert: Alert) => number = ({ detectedAt }) => Date.parse(detectedAt),
): Score {
  const alerts = told.filter(({ clearReason }) => clearReason !== 'late-fixes');
  const open = new Set(alerts);
  const missed: string[] = [];
  const delays: number[] = [];
  for (const { vehicleIds, began, known } of expected) {
    const match = [...open].find(
      (alert) => vehicleIds.includes(alert.vehicleId) && Math.abs(beginOf(alert) - began) <= NEAR_MS,
    );
    if (!match) {
      missed.push(vehicleIds[0]);
      continue;
    }
    open.delete(match);
    delays.push((detected(match) - known) / 1000);
  }
  const wrong = [...open].map(({ vehicleId, occurredAt }) => `${vehicleId} ${occurredAt}`);
  return { expected: expected.length, found: delays.length, alerts: alerts.length, wrong, missed, delays };
}

/** Epoch ms, as late fixes have it. */
function beginOf({ occurredAt, evidence }: Alert): number {
  return Date.parse((evidence.amended as { heldAt?: string } | undefined)?.heldAt ?? occurredAt);
}

/** Recall, precision, and delay in seconds, mean and greatest: cells of a table. */
export function scoreCells({ expected, found, alerts, delays }: Score): string {
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  const share = (part: number, whole: number) => (part / whole).toFixed(2);
  return `${share(found, expected)} | ${share(found, alerts)} | ${mean.toFixed(0)}, ${Math.max(...delays).toFixed(0)}`;
}
