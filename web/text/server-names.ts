import { type Names, named } from './named.js';

/** Parts of the server, as /readyz names them. */
const PARTS: Names<string> = {
  spool: ['本地缓存', 'Log'],
  database: ['数据库', 'Database'],
  engine: ['规则引擎', 'Rules'],
  writer: ['入库', 'Writer'],
};

const STATES: Names<string> = {
  ready: ['正常', 'ready'],
  ok: ['正常', 'ready'],
  starting: ['启动中', 'starting'],
  away: ['不可用', 'away'],
  filling: ['即将满', 'filling'],
  full: ['已满', 'full'],
  failed: ['故障', 'failed'],
  running: ['正常', 'running'],
  off: ['未启用', 'off'],
  own: ['内置', 'our own'],
  outside: ['外部', 'outside'],
  listening: ['监听中', 'listening'],
  connected: ['已连接', 'connected'],
  refused: ['被拒绝', 'refused'],
};

export const partLabel = (name: string): string => named(PARTS, name);
export const partStateLabel = (state: string): string => named(STATES, state);

/** Why connections ended (ingest/ingest-stats.ts). */
const CLOSED: Names<string> = {
  'address-held': ['地址被暂禁', 'address held back'],
  'address-rate': ['地址连接过快', 'address opens too many'],
  'terminal-held': ['终端被暂禁', 'terminal held back'],
  'no-first-frame': ['未发送有效报文', 'nothing valid in time'],
  'no-auth': ['未及时鉴权', 'not authenticated in time'],
  'slow-frame': ['报文未发完', 'a frame that did not end'],
  idle: ['长时间无消息', 'silent for too long'],
  garbage: ['无效数据', 'no frames in what came'],
  'bad-checksums': ['校验码错误过多', 'too many broken frames'],
  'not-authenticated': ['未鉴权即发数据', 'data before authentication'],
  'other-terminal': ['终端号改变', 'a second terminal number'],
  rate: ['上报过快', 'far too many frames'],
  'write-buffer': ['不接收应答', 'does not read answers'],
  superseded: ['终端重新连接', 'came on a new connection'],
  overload: ['系统过载', 'nothing more could be taken'],
  shutdown: ['系统停止', 'the server stopped'],
  peer: ['对方断开', 'went by itself'],
  error: ['网络故障', 'network failed'],
};

/** What our own broker refused (broker/own-broker.ts). */
const TURNED_AWAY: Names<string> = {
  'too-many-connections': ['连接过多', 'too many connections'],
  'packet-too-large': ['报文过大', 'packet too large'],
  'bad-client-id': ['客户端标识无效', 'bad client id'],
  'address-held': ['地址被暂禁', 'address held back'],
  'wrong-password': ['用户名或密码错误', 'wrong user or password'],
  'publish-denied': ['无发布权限', 'may not publish'],
  'subscribe-denied': ['无订阅权限', 'may not subscribe'],
};

export const turnedAwayLabel = (why: string): string => named(TURNED_AWAY, why);

export const closedLabel = (reason: string): string => named(CLOSED, reason);
