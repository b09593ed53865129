import type { AlertState, Severity } from './alert-state.js';

/** What people do with an alert; each is also the name of the transition that it makes. */
export const ALERT_ACTIONS = [
  'acknowledge', // seen; somebody is on it
  'assign', //      给… 处置: it is somebody's to handle
  'resolve', //     handled (已处理)
  'dismiss', //     not what it seems, with the reason
  'reopen', //      the last word is taken back
  'appeal', //      申诉: whom it concerns says that it is wrong
  'decide', //      of the appeal
  'supervise', //   报警督办, JT/T 809 0x9401: a superior wants an answer by a deadline
  'answer', //      督办应答, JT/T 809 0x1401
] as const;
export type AlertAction = (typeof ALERT_ACTIONS)[number];

/** Why an alert is none. */
export const DISMISS_REASONS = [
  'false-alarm', //     误报
  'equipment-fault', // 设备故障
  'drift', //           卫星定位漂移
  'permitted', //       经批准
  'duplicate', //       重复报警
  'test', //            测试
  'other',
] as const;
export type DismissReason = (typeof DISMISS_REASONS)[number];

/** Of the alert as it stood when the appeal was made: it stands, or it does not. */
export const APPEAL_OUTCOMES = ['upheld', 'overturned'] as const;
export type AppealOutcome = (typeof APPEAL_OUTCOMES)[number];

/** LEVEL of JT/T 809 0x9401: 00 紧急, 01 一般. */
export const SUPERVISION_LEVELS = ['urgent', 'ordinary'] as const;
export type SupervisionLevel = (typeof SUPERVISION_LEVELS)[number];

/** RESULT of JT/T 809 0x1401: 00 处理中, 01 已处理完毕, 02 不作处理, 03 将来处理. */
export const SUPERVISION_RESULTS = ['in-progress', 'done', 'no-action', 'later'] as const;
export type SupervisionResult = (typeof SUPERVISION_RESULTS)[number];

/** What a person says of an alert, or of many at once. Times in epoch ms. */
export type AlertWord = { note: string } & (
  | { action: 'acknowledge' | 'resolve' | 'reopen' | 'appeal' }
  | { action: 'assign'; to: string; due: number | null }
  | { action: 'dismiss'; reason: DismissReason }
  | { action: 'decide'; outcome: AppealOutcome }
  | ({ action: 'supervise'; deadline: number } & SupervisionFacts)
  | { action: 'answer'; result: SupervisionResult }
);

/** Who supervises, in the words of JT/T 809 0x9401. */
export interface SupervisionFacts {
  /** SUPERVISION_ID of the superior; null where it was made here. */
  number: number | null;
  level: SupervisionLevel;
  supervisor: string;
  tel: string | null;
  email: string | null;
}

/** Who said something of an alert, and when (RFC 3339). */
export interface Said {
  by: string;
  at: string;
  note: string;
}

export interface Handling extends Said {
  action: AlertAction;
  /** Of a dismissal. */
  reason?: DismissReason;
}

export interface Assignment extends Said {
  to: string;
  /** RFC 3339; null: as soon as may be. */
  due: string | null;
}

export interface Appeal extends Said {
  /** State of the alert before: what the appeal is against. */
  against: AlertState;
  decision: (Said & { outcome: AppealOutcome }) | null;
}

export interface Supervision extends Said, SupervisionFacts {
  /** RFC 3339. */
  deadline: string;
  /** The newest; 'in-progress' and 'later' are followed by another one. */
  answer: (Said & { result: SupervisionResult }) | null;
}

/** What must be done in time. */
export const DEADLINES = ['acknowledge', 'handle', 'assignment', 'appeal', 'supervision'] as const;
export type DeadlineOf = (typeof DEADLINES)[number];

/** RFC 3339 all of them, by the ticks of the log. */
export interface Deadline {
  since: string;
  due: string;
  metAt: string | null;
  /** Not met by then; stays when it is met later. */
  missedAt: string | null;
}

/** Somebody else is told where nobody has acted in time. */
export interface Escalation {
  /** `superior`, or a name that the rule gives. */
  to: string;
  /** RFC 3339. */
  due: string;
  /** What keeps it from coming. */
  unless: 'acknowledged' | 'handled';
  /** The alert's severity from then on; null: as it is. */
  severity: Severity | null;
  /** The deadline that was missed, where that is the cause; null: it is the rule's own. */
  missed: DeadlineOf | null;
  /** RFC 3339; null while it is to come, or kept from coming. */
  toldAt: string | null;
}

/** Alerts of one rule for one vehicle that follow each other closely: the place of this one among them. */
export interface AlertGroup {
  /** Id of the first. */
  id: string;
  /** 1 for the first; the newest has the number of all. */
  count: number;
  /** RFC 3339: occurredAt of the first, and of this one. */
  first: string;
  last: string;
}

/** What people, and time, have made of an alert. */
export interface AlertLife {
  /** What a person said last of: acknowledge, assign, resolve, dismiss, reopen, decide. */
  handling: Handling | null;
  assignment: Assignment | null;
  appeal: Appeal | null;
  supervision: Supervision | null;
  deadlines: Partial<Record<DeadlineOf, Deadline>>;
  /** A deadline was missed and what it was for is not done. */
  overdue: boolean;
  escalations: readonly Escalation[];
  /** Null in alerts of before there were groups. */
  group: AlertGroup | null;
  /** Id of the mute in force when it was raised: it is no news. Null: it is. */
  muted: string | null;
}

/** Nobody has said anything, and nothing is waited for. */
export const UNTOUCHED: AlertLife = {
  handling: null,
  assignment: null,
  appeal: null,
  supervision: null,
  deadlines: {},
  overdue: false,
  escalations: [],
  group: null,
  muted: null,
};
