import { ALARM_NAMES } from '../../../model/alarm.js';
import { alarmConfirm, linkCheck, locationQuery, trackingControl } from '../messages/location-query.js';
import { locationQueryResponse } from '../messages/location-responses.js';
import { command } from './command-type.js';
import { choice, int, list, object, optional } from './params.js';

/** Where is it now. */
export const locate = command({
  type: 'locate',
  summary: 'ask where it is now',
  messages: [locationQuery],
  answers: [locationQueryResponse],
  params: object({}),
  encode: () => ({ message: locationQuery }),
});

/** Report more often for a while; the reports come as ordinary ones. */
export const track = command({
  type: 'track',
  summary: 'report at a short interval for a while',
  messages: [trackingControl],
  params: object({
    interval: int(0, 0xffff, 'seconds between reports; 0 ends the tracking'),
    duration: optional(int(1, 0xffff_ffff, 'seconds until the terminal goes back to its usual interval'), 300),
  }),
  encode: ({ interval, duration }) => ({
    message: trackingControl,
    fields: { intervalS: interval, validityS: duration },
  }),
});

/** Bits of the alarm word that a person can confirm (2013 §8.22 table 35, 2019 §8.25 table 34). */
const CONFIRMABLE = Object.fromEntries([0, 3, 20, 21, 22, 27, 28].map((bit) => [ALARM_NAMES[bit], bit]));

/** A person has seen the alarm: the terminal stops telling of it. */
export const confirmAlarm = command({
  type: 'confirm-alarm',
  summary: 'tell that a person has seen its alarms',
  messages: [alarmConfirm],
  params: object({
    alarms: list(choice(CONFIRMABLE), 1, 7, 'which kinds'),
    alarmSeq: optional(int(0, 0xffff, 'serial number of the message with the alarm; 0 for all of these kinds'), 0),
  }),
  encode: ({ alarms, alarmSeq }) => ({
    message: alarmConfirm,
    fields: { alarmSeq, alarmTypes: alarms.reduce((bits, name) => bits | (1 << CONFIRMABLE[name]), 0) >>> 0 },
  }),
});

/** Is it there. */
export const checkLink = command({
  type: 'link-check',
  summary: 'see whether it answers',
  messages: [linkCheck],
  params: object({}),
  encode: () => ({ message: linkCheck }),
});
