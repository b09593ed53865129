export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `raised` and `cleared` follow the condition; the others are what a person said of it, and stay (docs/alerts.md). */
export const ALERT_STATES = ['raised', 'acknowledged', 'cleared', 'resolved', 'dismissed', 'appealed'] as const;
export type AlertState = (typeof ALERT_STATES)[number];
