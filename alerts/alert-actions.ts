import type { AlertState } from '../model/alert.js';

/** Words that settle what is to be done with an alert. */
export const SETTLING = ['acknowledge', 'resolve', 'dismiss'] as const;
export type SettlingAction = (typeof SETTLING)[number];

/** What a person's word makes of an alert. */
const STATE_AFTER: Record<SettlingAction, AlertState> = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  dismiss: 'dismissed',
};

/** The state after the action, or null where it is too late for it: what is resolved or dismissed stays so. */
export function stateAfter(state: AlertState, action: SettlingAction): AlertState | null {
  return state === 'resolved' || state === 'dismissed' ? null : STATE_AFTER[action];
}
