import { ALARM_NAMES } from '../../../model/alarm.js';
import { atFirst, atFirstOfGuilty, guiltyAfter, type Plant } from './plant.js';

const bit = (name: (typeof ALARM_NAMES)[number]) => (1 << ALARM_NAMES.indexOf(name)) >>> 0;
const FAULTS = [
  bit('gnss-antenna-cut'),
  bit('power-low'),
  bit('camera-fault'),
  bit('display-fault'),
  bit('power-lost'),
];

/** Rules that ask what a vehicle is, what its terminal says of itself, and whether its data can be true. */
export const OF_DATA: readonly Plant[] = [
  {
    type: 'plate-watch',
    watches: 'others',
    params: { plates: ['京W?????'] },
    plate: (guilty, i) => `京${guilty ? 'W' : 'A'}${String(i).padStart(5, '0')}`,
    drive: (track) => track.drive(120, 60),
    began: guiltyAfter(0),
    known: 0,
  },
  {
    type: 'fabricated-data',
    watches: 'others',
    drive(track, guilty, i, others) {
      track.drive(600, 50, 45);
      if (!guilty) return;
      const sent = track.fixes.slice(-15);
      if (i % 3 === 0) for (let n = 0; n < 30; n++) track.fake(50);
      else if (i % 3 === 1) for (let n = 0; n < 75; n++) track.fake(50, sent[n % 15]);
      else for (let n = 0; n < 30; n++) track.fake(50, others[i - 1].fixes[track.fixes.length], 2);
    },
    began: guiltyAfter(600),
    known: 100,
  },
  {
    type: 'fabricated-data',
    variant: 'of another time',
    watches: 'others',
    group: 2,
    start: (member) => [3000 * member, 0],
    // What the first has driven, the second sends as its own, five minutes later.
    drive(track, guilty, member, others) {
      track.drive(300, 50, 45 * member);
      if (guilty && member === 1) for (let n = 1; n <= 80; n++) track.fake(50, others[others.length - 1].fixes[n]);
      else track.drive(800, 50, 45 * member);
    },
    began: guiltyAfter(300),
    // A fourth of the places is looked at, and five of those must be wrong.
    known: 200,
  },
  {
    type: 'sos',
    watches: 'others',
    drive(track, guilty) {
      track.drive(120, 40).say({ alarms: guilty ? bit('emergency') : 0 });
      track.stand(90).say({ alarms: 0 }).drive(120, 40);
    },
    began: atFirst((fix) => fix.alarms !== 0),
    known: 0,
  },
  {
    type: 'terminal-fault',
    watches: 'others',
    drive(track, guilty, i) {
      const alarms = FAULTS[i % FAULTS.length];
      // Without an antenna there is no fix.
      track.drive(120, 40).say({ alarms, located: alarms !== bit('gnss-antenna-cut') });
      track.drive(guilty ? 180 : 40, 40).say({ alarms: 0, located: true });
      track.drive(120, 40);
    },
    began: atFirstOfGuilty((fix) => fix.alarms !== 0),
    known: 60,
  },
  {
    type: 'no-fix-driving',
    watches: 'others',
    drive(track, guilty) {
      track.drive(120, 40).say({ located: false });
      track.drive(guilty ? 600 : 150, 40).say({ located: true });
      track.drive(120, 40);
    },
    began: atFirstOfGuilty((fix) => !fix.located),
    known: 300,
  },
  {
    type: 'frozen-clock',
    watches: 'others',
    drive(track, guilty) {
      track.drive(120, 40).say({ clock: 120 });
      track.drive(guilty ? 240 : 40, 40).say({ clock: null });
      track.drive(120, 40);
    },
    began: guiltyAfter(120),
    // Nine more reports of the same time.
    known: 90,
  },
];
