import type { AlertAction, AlertState } from '../model/alert.js';

/** What a person's word makes of an alert. */
const STATE_AFTER: Record<AlertAction, AlertState> = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  dismiss: 'dismissed',
};

/** The state after the action, or null where it is too late for it: what is resolved or dismissed stays so. */
export function stateAfter(state: AlertState, action: AlertAction): AlertState | null {
  return state === 'resolved' || state === 'dismissed' ? null : STATE_AFTER[action];
}
