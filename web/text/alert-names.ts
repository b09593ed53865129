import type { AlertTransition } from '../../model/alert.js';
import type {
  AlertAction,
  AppealOutcome,
  DeadlineOf,
  DismissReason,
  SupervisionLevel,
  SupervisionResult,
} from '../../model/alert-life.js';
import { type Names, named, pick } from './named.js';

/** What a person can do, as the words of buttons. */
const ACTIONS: Names<AlertAction> = {
  acknowledge: ['确认', 'Acknowledge'],
  assign: ['派单', 'Assign'],
  resolve: ['处理完毕', 'Resolve'],
  dismiss: ['忽略', 'Dismiss'],
  reopen: ['重新打开', 'Reopen'],
  appeal: ['申诉', 'Appeal'],
  decide: ['裁定申诉', 'Decide the appeal'],
  supervise: ['督办', 'Supervise'],
  answer: ['督办应答', 'Answer'],
};

/** What has become of an alert, step by step. */
const STEPS: Names<AlertTransition['transition']> = {
  raised: ['已触发', 'Raised'],
  updated: ['已更新', 'Updated'],
  cleared: ['已恢复', 'Cleared'],
  acknowledge: ['已确认', 'Acknowledged'],
  assign: ['已派单', 'Assigned'],
  resolve: ['已处理', 'Handled'],
  dismiss: ['已忽略', 'Dismissed'],
  reopen: ['已重新打开', 'Reopened'],
  appeal: ['已申诉', 'Appealed'],
  decide: ['申诉已裁定', 'Appeal decided'],
  supervise: ['已督办', 'Supervised'],
  answer: ['督办已应答', 'Answered'],
  overdue: ['超时', 'Overdue'],
  escalated: ['已上报', 'Escalated'],
  unmuted: ['静默结束', 'No longer muted'],
};

const REASONS: Names<DismissReason> = {
  'false-alarm': ['误报', 'False alarm'],
  'equipment-fault': ['设备故障', 'Equipment fault'],
  drift: ['定位漂移', 'Position drift'],
  permitted: ['经批准', 'Permitted'],
  duplicate: ['重复报警', 'Duplicate'],
  test: ['测试', 'Test'],
  other: ['其他原因', 'Other reason'],
};

const OUTCOMES: Names<AppealOutcome> = {
  upheld: ['维持', 'Upheld'],
  overturned: ['撤销', 'Overturned'],
};

const LEVELS: Names<SupervisionLevel> = {
  urgent: ['紧急', 'Urgent'],
  ordinary: ['一般', 'Ordinary'],
};

const RESULTS: Names<SupervisionResult> = {
  'in-progress': ['处理中', 'In progress'],
  done: ['已处理完毕', 'Done'],
  'no-action': ['不作处理', 'No action'],
  later: ['将来处理', 'Later'],
};

const DEADLINES: Names<DeadlineOf> = {
  acknowledge: ['确认时限', 'Acknowledge'],
  handle: ['处理时限', 'Handle'],
  assignment: ['派单时限', 'Assignment'],
  appeal: ['申诉裁定时限', 'Decide appeal'],
  supervision: ['督办时限', 'Answer'],
};

/** Who is told; others are names that rules give. */
const TOLD: Names<string> = { superior: ['上级', 'superior'] };

export const actionLabel = (action: AlertAction): string => pick(ACTIONS[action]);
export const stepLabel = (step: AlertTransition['transition']): string => pick(STEPS[step]);
export const reasonLabel = (reason: DismissReason): string => pick(REASONS[reason]);
export const outcomeLabel = (outcome: AppealOutcome): string => pick(OUTCOMES[outcome]);
export const levelLabel = (level: SupervisionLevel): string => pick(LEVELS[level]);
export const resultLabel = (result: SupervisionResult): string => pick(RESULTS[result]);
export const deadlineLabel = (of: DeadlineOf): string => pick(DEADLINES[of]);

export const toldLabel = (to: string): string => named(TOLD, to);

/** A word in the details of a step, whichever list it is from; others are shown as they are. */
export function detailLabel(word: string): string {
  return named({ ...REASONS, ...OUTCOMES, ...LEVELS, ...RESULTS, ...DEADLINES, ...TOLD }, word);
}
