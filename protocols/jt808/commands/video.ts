import { avAttributesQuery, avAttributesUpload } from '../messages/video-attributes.js';
import { liveVideoControl, liveVideoStart } from '../messages/video-live.js';
import { avResourceList, avResourceQuery, playbackControl, playbackStart } from '../messages/video-playback.js';
import { command } from './command-type.js';
import { choice, hexText, int, object, optional, text, time, where } from './params.js';
import { ANY_TIME_BCD, periodBcd, periodProblem, timeBcd } from './times.js';

const channel = int(0, 255, 'logical channel');
const server = {
  server: text(1, 255, 'address that the terminal sends the stream to'),
  tcpPort: optional(int(0, 0xffff, '0: not by TCP'), 0),
  udpPort: optional(int(0, 0xffff, '0: not by UDP'), 0),
};

/** One of the two ports must be there. */
function portProblem({ tcpPort, udpPort }: { tcpPort: number; udpPort: number }) {
  return tcpPort === 0 && udpPort === 0
    ? { path: 'tcpPort', message: 'is missing: give tcpPort, udpPort or both' }
    : null;
}

const LIVE = { av: 0, video: 1, talk: 2, listen: 3, broadcast: 4, transparent: 5 } as const;
const LIVE_STREAM = { main: 0, sub: 1 } as const;

/** A live stream to a media server. */
export const startVideo = command({
  type: 'video-start',
  summary: 'stream live sound and video to a media server',
  messages: [liveVideoStart],
  params: where(
    object({
      ...server,
      channel,
      data: optional(choice(LIVE), 'av'),
      stream: optional(choice(LIVE_STREAM), 'sub'),
    }),
    portProblem,
  ),
  encode: (p) => ({
    message: liveVideoStart,
    fields: {
      serverAddress: p.server,
      tcpPort: p.tcpPort,
      udpPort: p.udpPort,
      channel: p.channel,
      dataType: LIVE[p.data],
      streamType: LIVE_STREAM[p.stream],
    },
  }),
});

const CONTROLS = { stop: 0, switch: 1, pause: 2, resume: 3, 'end-talk': 4 } as const;
const CLOSES = { all: 0, audio: 1, video: 2 } as const;

/** Stop, pause or switch a live stream. */
export const controlVideo = command({
  type: 'video-control',
  summary: 'stop, pause, resume or switch a live stream',
  messages: [liveVideoControl],
  params: object({
    channel,
    action: choice(CONTROLS),
    close: optional(choice(CLOSES, 'what to stop'), 'all'),
    stream: optional(choice(LIVE_STREAM, 'what to switch to'), 'main'),
  }),
  encode: (p) => ({
    message: liveVideoControl,
    fields: {
      channel: p.channel,
      command: CONTROLS[p.action],
      closeType: CLOSES[p.close],
      streamType: LIVE_STREAM[p.stream],
    },
  }),
});

const RECORDED = { av: 0, audio: 1, video: 2, 'video-or-av': 3 } as const;
const RECORDED_STREAM = { any: 0, main: 1, sub: 2 } as const;
const STORES = { any: 0, main: 1, backup: 2 } as const;
const kind = {
  data: optional(choice(RECORDED), 'av'),
  stream: optional(choice(RECORDED_STREAM), 'any'),
  store: optional(choice(STORES), 'any'),
};
const MODES = { normal: 0, fast: 1, 'key-frames-back': 2, 'key-frames': 3, 'one-frame': 4 } as const;
/** How many times as fast, to the code of the table; x0 where speed has no meaning. */
const SPEEDS = { x0: 0, x1: 1, x2: 2, x4: 3, x8: 4, x16: 5 } as const;

/** Play a recording to a media server. */
export const startPlayback = command({
  type: 'playback-start',
  summary: 'stream a recording to a media server',
  messages: [playbackStart],
  answers: [avResourceList],
  answerOptional: true,
  params: where(
    object({
      ...server,
      channel,
      ...kind,
      mode: optional(choice(MODES), 'normal'),
      speed: optional(choice(SPEEDS, 'with fast and key-frames-back'), 'x0'),
      from: time(),
      to: time(),
    }),
    (p) => portProblem(p) ?? periodProblem(p),
  ),
  encode: (p) => ({
    message: playbackStart,
    fields: {
      serverAddress: p.server,
      tcpPort: p.tcpPort,
      udpPort: p.udpPort,
      channel: p.channel,
      avType: RECORDED[p.data],
      streamType: RECORDED_STREAM[p.stream],
      storeType: STORES[p.store],
      playMode: MODES[p.mode],
      speed: SPEEDS[p.speed],
      ...periodBcd(p.from, p.to),
    },
  }),
});

const PLAYBACK_CONTROLS = {
  start: 0,
  pause: 1,
  stop: 2,
  fast: 3,
  'key-frames-back': 4,
  seek: 5,
  'key-frames': 6,
} as const;

/** Pause, move or end a playback. */
export const controlPlayback = command({
  type: 'playback-control',
  summary: 'pause, move, speed up or end a playback',
  messages: [playbackControl],
  params: where(
    object({
      channel,
      action: choice(PLAYBACK_CONTROLS),
      speed: optional(choice(SPEEDS, 'with fast and key-frames-back'), 'x0'),
      position: optional(time('where to, with seek')),
    }),
    (p) => (p.action === 'seek' && p.position === undefined ? { path: 'position', message: 'is missing' } : null),
  ),
  encode: (p) => ({
    message: playbackControl,
    fields: {
      channel: p.channel,
      control: PLAYBACK_CONTROLS[p.action],
      speed: SPEEDS[p.speed],
      positionBcd: p.position === undefined ? ANY_TIME_BCD : timeBcd(p.position),
    },
  }),
});

/** What is recorded. */
export const listRecordings = command({
  type: 'list-recordings',
  summary: 'ask what it has recorded',
  messages: [avResourceQuery],
  answers: [avResourceList],
  params: where(
    object({
      channel: optional(int(0, 255, 'logical channel; 0 for all'), 0),
      ...kind,
      from: optional(time()),
      to: optional(time('both or neither: without them, of any time')),
      alarms: optional(hexText(8, 8, 'alarm bits that the recording was made for, 0 for any'), '0000000000000000'),
    }),
    periodProblem,
  ),
  encode: (p) => ({
    message: avResourceQuery,
    fields: {
      channel: p.channel,
      ...periodBcd(p.from, p.to),
      alarmHex: p.alarms,
      avType: RECORDED[p.data],
      streamType: RECORDED_STREAM[p.stream],
      storeType: STORES[p.store],
    },
  }),
});

/** What it can record. */
export const getVideoAttributes = command({
  type: 'get-video-attributes',
  summary: 'ask which sound and video it can record',
  messages: [avAttributesQuery],
  answers: [avAttributesUpload],
  params: object({}),
  encode: () => ({ message: avAttributesQuery }),
});
