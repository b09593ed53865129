import { parentPort, workerData } from 'node:worker_threads';
import type { WhyNot } from '../alerts/judging/why-not.js';
import type { CatalogSnapshot } from '../model/catalog.js';
import type { RehearsedAlert } from '../model/rehearsal.js';
import type { RuleDefinition } from '../model/rule.js';
import { fixesOf, RehearsalRun } from './rehearsal-run.js';

/** What is asked why it raised nothing. */
export interface WhyNotTask {
  vehicleId: string;
  ruleId: string;
  /** When the rule was put in force, epoch ms; null: it is asked as if it always had been. */
  since: number | null;
}

/** Given to the thread when it is made: one rehearsal. */
export interface RehearsalTask {
  catalog: CatalogSnapshot;
  /** `RoadBook.snapshot`. */
  roads: Uint8Array;
  /** Each is run by itself over the same fixes; null: the fences and limits of the catalog. */
  rules: (RuleDefinition | null)[];
  /** Epoch ms: time passes until then. */
  to: number;
  /** What to ask of the one rule, instead of what it finds. */
  whyNot: WhyNotTask | null;
}

/** Sealed FixBatch blocks, in any order; then, that there are no more. */
export type RehearsalOrder = { type: 'fixes'; blocks: Uint8Array[] } | { type: 'end' };

export interface RehearsalAnswer {
  fixes: number;
  /** By rule, as in the task. */
  alerts: RehearsedAlert[][];
  whyNot: WhyNot[] | null;
}

/** The thread of one rehearsal: so that a month of fixes delays no acknowledgement. */
function main(port: NonNullable<typeof parentPort>, task: RehearsalTask): void {
  const blocks: Uint8Array[] = [];
  port.on('message', (order: RehearsalOrder) => {
    if (order.type === 'fixes') {
      blocks.push(...order.blocks);
      return;
    }
    const fixes = fixesOf(blocks);
    const { whyNot, to } = task;
    let answers: WhyNot[] | null = null;
    const alerts = task.rules.map((rule) => {
      const run = new RehearsalRun(task.catalog, task.roads, rule, whyNot?.since);
      if (whyNot) answers = run.whyNot(fixes, to, whyNot.vehicleId, whyNot.ruleId);
      else run.run(fixes, to);
      return run.alerts();
    });
    port.postMessage({ fixes: fixes.length, alerts, whyNot: answers } satisfies RehearsalAnswer);
    port.close();
  });
}

if (parentPort) main(parentPort, workerData as RehearsalTask);
