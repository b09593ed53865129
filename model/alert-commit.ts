import { type AlertCommit, completeAlert } from './alert.js';
import { type Block, readJsonBody } from './block.js';

/** What a block of the alert log says, in today's form whenever it was written. */
export function readAlertCommit(block: Block): AlertCommit {
  const commit = readJsonBody<AlertCommit>(block);
  for (const transition of commit.transitions) transition.alert = completeAlert(transition.alert);
  return commit;
}
