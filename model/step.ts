import type { Position } from './position.js';

/** One thing done with a position; synchronous; false to stop the list here. */
export type Step = (p: Position) => boolean;

/** A step with the name under which its failures are counted. */
export interface NamedStep {
  name: string;
  run: Step;
}

/**
 * Runs the list on one position. A step that throws is counted by `failed` and skipped: one faulty rule must not cost
 * the steps behind it.
 */
export function runSteps(
  steps: readonly NamedStep[],
  p: Position,
  failed: (step: string, error: unknown) => void,
): void {
  for (const step of steps) {
    try {
      if (!step.run(p)) return;
    } catch (error) {
      failed(step.name, error);
    }
  }
}
