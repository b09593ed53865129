import type { CommandState } from '../../model/command.js';
import { type Names, named } from './named.js';

/** Commands by the type that the protocol gives them; those that dispatchers use most come first in lists. */
const TYPES: Names<string> = {
  text: ['下发文本', 'Text for the driver'],
  locate: ['立即定位', 'Ask for the place'],
  track: ['临时跟踪', 'Track closely'],
  photo: ['拍照', 'Take a photo'],
  'call-back': ['电话回拨', 'Call back'],
  'driver-identity': ['查询驾驶员', 'Ask who drives'],
  'vehicle-control': ['车辆控制', 'Control the vehicle'],
  'confirm-alarm': ['人工确认报警', 'Confirm alarms'],
  'record-audio': ['录音', 'Record sound'],
  'link-check': ['链路检测', 'Check the link'],
  'get-parameters': ['查询参数', 'Read parameters'],
  'set-parameters': ['设置参数', 'Set parameters'],
  'get-attributes': ['查询终端属性', 'Ask for attributes'],
  'terminal-control': ['终端控制', 'Control the terminal'],
  upgrade: ['下发升级包', 'Upgrade'],
  'phone-book': ['设置电话本', 'Set the phone book'],
  'set-circles': ['设置圆形区域', 'Put circles'],
  'set-rectangles': ['设置矩形区域', 'Put rectangles'],
  'set-polygon': ['设置多边形区域', 'Put a polygon'],
  'set-route': ['设置路线', 'Put a route'],
  'get-areas': ['查询区域路线', 'Ask for areas'],
  'delete-areas': ['删除区域路线', 'Delete areas'],
  'media-search': ['检索多媒体', 'Search media'],
  'media-upload': ['上传多媒体', 'Upload media'],
  'medium-upload': ['上传单条多媒体', 'Upload one medium'],
  'get-recorder-data': ['采集行驶记录', 'Read the recorder'],
  'set-recorder-parameters': ['下传记录仪参数', 'Set the recorder'],
  'video-start': ['实时音视频', 'Live video'],
  'video-control': ['实时音视频控制', 'Control live video'],
  'playback-start': ['录像回放', 'Play a recording'],
  'playback-control': ['回放控制', 'Control a playback'],
  'list-recordings': ['查询录像列表', 'List recordings'],
  'get-video-attributes': ['查询音视频属性', 'Ask for video attributes'],
  transparent: ['数据透传', 'Transparent data'],
};

const STATES: Names<CommandState> = {
  queued: ['等待终端', 'waits for the terminal'],
  sent: ['已发送', 'sent'],
  acknowledged: ['终端已确认', 'acknowledged'],
  answered: ['已应答', 'answered'],
  failed: ['失败', 'failed'],
  expired: ['已过期', 'expired'],
};

const REASONS: Names<string> = {
  'not-connected': ['终端不在线', 'not connected'],
  'connection-lost': ['连接已断开', 'connection lost'],
  restarted: ['服务重启', 'server restarted'],
  'no-response': ['终端没有应答', 'no response'],
  'no-answer': ['没有收到结果', 'no answer'],
  'terminal-moved': ['终端已移至其他车辆', 'terminal moved to another vehicle'],
  'not-in-edition': ['该版本协议不支持', 'not in its edition of the protocol'],
  'cannot-encode': ['该版本协议无法表示', 'its edition cannot say this'],
  'not-supported': ['终端不支持', 'terminal does not support it'],
  failed: ['终端执行失败', 'terminal failed'],
  malformed: ['终端认为消息有误', 'terminal found it malformed'],
};

const ORDER = Object.keys(TYPES);

export function commandLabel(type: string): string {
  return named(TYPES, type);
}

export function commandStateLabel(state: CommandState): string {
  return named(STATES, state);
}

export function commandReasonLabel(reason: string): string {
  return named(REASONS, reason);
}

/** Place of a type in lists; those that have no name here come last. */
export function commandRank(type: string): number {
  const at = ORDER.indexOf(type);
  return at < 0 ? ORDER.length : at;
}
