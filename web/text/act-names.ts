import { type Names, named } from './named.js';

/** Types of changes of the log that are acts of somebody. */
const ACTS: Names<string> = {
  'alert-action': ['处置告警', 'Handled an alert'],
  'alert-actions': ['批量处置告警', 'Handled alerts'],
  'command-put': ['下发指令', 'Gave a command'],
  'command-step': ['指令进展', 'Command went on'],
  'fence-put': ['保存围栏', 'Put a fence'],
  'fence-delete': ['删除围栏', 'Removed a fence'],
  'mute-put': ['静默告警', 'Muted alerts'],
  'mute-delete': ['结束静默', 'Ended a mute'],
  'quirks-put': ['设置终端兼容项', 'Chose quirks'],
  'roads-put': ['导入道路', 'Put roads'],
  'roads-delete': ['删除道路', 'Removed roads'],
  'road-set-delete': ['删除道路集', 'Removed a set of roads'],
  'rule-put': ['保存规则', 'Put a rule'],
  'rule-delete': ['删除规则', 'Removed a rule'],
  'settings-put': ['修改设置', 'Changed settings'],
  'terminal-put': ['登记终端', 'Registered a terminal'],
  'vehicle-put': ['保存车辆', 'Put a vehicle'],
  'vehicle-delete': ['删除车辆', 'Removed a vehicle'],
  'weather-put': ['发布天气', 'Declared weather'],
  'weather-delete': ['撤销天气', 'Withdrew weather'],
  'webhook-put': ['保存推送', 'Put a webhook'],
  'webhook-delete': ['删除推送', 'Removed a webhook'],
};

export const actLabel = (action: string): string => named(ACTS, action);
