import { audioRecord } from '../messages/audio-record.js';
import { cameraShoot, cameraShootResponse } from '../messages/camera.js';
import {
  storedMediaResponse,
  storedMediaSearch,
  storedMediaUpload,
  storedMediumUpload,
} from '../messages/stored-media.js';
import { byResult, command } from './command-type.js';
import { choice, flag, int, object, optional, time, where } from './params.js';
import { periodBcd, periodProblem } from './times.js';

const MODES = { photo: null, video: 0xffff, stop: 0 } as const;
const RESOLUTIONS = {
  lowest: 0x00,
  '320x240': 1,
  '640x480': 2,
  '800x600': 3,
  '1024x768': 4,
  '176x144': 5, // QCIF
  '352x288': 6, // CIF
  '704x288': 7, // half D1
  '704x576': 8, // D1
  highest: 0xff,
} as const;
const CHANNEL = 'camera; 苏标: 100 for ADAS, 101 for DSM';

/** Take pictures or a video now. */
export const shoot = command({
  type: 'photo',
  summary: 'take pictures or a video now, or stop',
  messages: [cameraShoot],
  answers: [cameraShootResponse],
  params: object({
    channel: int(1, 255, CHANNEL),
    mode: optional(choice(MODES), 'photo'),
    count: optional(int(1, 0xfffe, 'number of pictures'), 1),
    interval: optional(int(0, 0xffff, 'seconds between pictures, or length of the video; 0: as short as it can'), 0),
    store: optional(flag('keep it in the terminal, instead of uploading it now'), false),
    resolution: optional(choice(RESOLUTIONS, 'lowest and highest: 2019'), '640x480'),
    quality: optional(int(1, 10, '1 is best'), 5),
    brightness: optional(int(0, 255), 128),
    contrast: optional(int(0, 127), 64),
    saturation: optional(int(0, 127), 64),
    chroma: optional(int(0, 255), 128),
  }),
  encode: ({ mode, count, interval, store, resolution, ...rest }) => ({
    message: cameraShoot,
    fields: {
      ...rest,
      command: MODES[mode] ?? count,
      intervalS: interval,
      save: store ? 1 : 0,
      resolution: RESOLUTIONS[resolution],
    },
  }),
  judge: byResult({ 1: 'failed', 2: 'no-such-channel' }),
});

const MEDIA = { image: 0, audio: 1, video: 2 } as const;
const EVENTS = {
  platform: 0, //           ordered by a platform
  timed: 1,
  robbery: 2,
  collision: 3, //          or rollover
  'door-open': 4,
  'door-close': 5,
  'door-close-moving': 6, // while the speed passes 20 km/h
  distance: 7,
} as const;

const SEARCH = {
  media: choice(MEDIA),
  channel: optional(int(0, 255, '0 for all'), 0),
  event: choice(EVENTS, 'what it was made for'),
  from: optional(time()),
  to: optional(time('both or neither: without them, of any time')),
};

interface Search {
  media: keyof typeof MEDIA;
  channel: number;
  event: keyof typeof EVENTS;
  from?: string;
  to?: string;
}

const searchFields = ({ media, channel, event, from, to }: Search) => ({
  mediaType: MEDIA[media],
  channel,
  event: EVENTS[event],
  ...periodBcd(from, to),
});

/** Which pictures, sound and videos the terminal keeps. */
export const searchMedia = command({
  type: 'media-search',
  summary: 'ask which pictures, sound or videos it keeps',
  messages: [storedMediaSearch],
  answers: [storedMediaResponse],
  params: where(object(SEARCH), periodProblem),
  encode: (p) => ({ message: storedMediaSearch, fields: searchFields(p) }),
});

const DELETE = optional(flag('delete it from the terminal afterwards'), false);

/** Upload all that a search finds. */
export const uploadMedia = command({
  type: 'media-upload',
  summary: 'have it upload the pictures, sound or videos that it keeps',
  messages: [storedMediaUpload],
  params: where(object({ ...SEARCH, delete: DELETE }), periodProblem),
  encode: (p) => ({ message: storedMediaUpload, fields: { ...searchFields(p), delete: p.delete ? 1 : 0 } }),
});

/** Upload one. */
export const uploadMedium = command({
  type: 'medium-upload',
  summary: 'have it upload one picture, sound or video',
  messages: [storedMediumUpload],
  params: object({ mediaId: int(1, 0xffff_ffff, 'as the search gave it'), delete: DELETE }),
  encode: (p) => ({ message: storedMediumUpload, fields: { mediaId: p.mediaId, delete: p.delete ? 1 : 0 } }),
});

/** kHz to the code of the table. */
const RATES = { '8': 0, '11': 1, '23': 2, '32': 3 } as const;

/** Record sound in the cab. */
export const recordAudio = command({
  type: 'record-audio',
  summary: 'record sound in the cab, or stop',
  messages: [audioRecord],
  params: object({
    action: choice({ start: 1, stop: 0 }),
    duration: optional(int(0, 0xffff, 'seconds; 0 until it is stopped'), 0),
    store: optional(flag('keep it in the terminal, instead of uploading it now'), false),
    rate: optional(choice(RATES, 'kHz'), '8'),
  }),
  encode: ({ action, duration, store, rate }) => ({
    message: audioRecord,
    fields: { command: action === 'start' ? 1 : 0, seconds: duration, save: store ? 1 : 0, sampleRate: RATES[rate] },
  }),
});
