import type { Parameter } from '../messages/parameters-table.js';

/** What a parameter's value may be and what it means, beyond its type (protocols/jt808/messages/parameters-table.ts). */
export interface ParameterRule {
  low: number;
  high: number;
  /** As people write it; '' where it has none. */
  unit: string;
  /** What the values mean. */
  about: string;
}

type Row = [name: string, low: number, high: number, unit: string, about: string];

/** A name for a bound that is only that of the type. */
const D = 0xffff_ffff;

/**
 * Ranges and units of terminal parameters (终端参数项): 2011 §8.8 table 10, 2013 §8.9 table 12, 2019 §8.12 table 12. The
 * standards print few bounds; the others are what the words allow: a period of 0 s would be no period.
 */
const ROWS: readonly Row[] = [
  ['heartbeatIntervalS', 1, 86_400, 's', 'between two heartbeats'],
  ['tcpAckTimeoutS', 1, 3600, 's', 'until a message is sent again by TCP'],
  ['tcpRetries', 0, 255, '', 'how often it is sent again'],
  ['udpAckTimeoutS', 1, 3600, 's', 'until a message is sent again by UDP'],
  ['udpRetries', 0, 255, '', 'how often it is sent again'],
  ['smsAckTimeoutS', 1, 86_400, 's', 'until a message is sent again by SMS'],
  ['smsRetries', 0, 255, '', 'how often it is sent again'],
  ['serverTcpPort', 1, 65_535, '', '2011 and 2013; 2019 has it in the address'],
  ['serverUdpPort', 1, 65_535, '', '2011 and 2013; 2019 has it in the address'],
  ['icCardServerTcpPort', 1, 65_535, '', 'since 2013'],
  ['icCardServerUdpPort', 1, 65_535, '', 'since 2013'],
  ['reportStrategy', 0, 2, '', '0 by time, 1 by distance, 2 by both'],
  ['reportPlan', 0, 1, '', '0 by ignition; 1 by login, then ignition'],
  ['notLoggedInIntervalS', 1, D, 's', 'between reports while no driver is logged in'],
  ['sleepingIntervalS', 1, D, 's', 'between reports while asleep'],
  ['emergencyIntervalS', 1, D, 's', 'between reports in an emergency'],
  ['defaultIntervalS', 1, D, 's', 'between reports'],
  ['defaultDistanceM', 1, D, 'm', 'between reports'],
  ['notLoggedInDistanceM', 1, D, 'm', 'between reports while no driver is logged in'],
  ['sleepingDistanceM', 1, D, 'm', 'between reports while asleep'],
  ['emergencyDistanceM', 1, D, 'm', 'between reports in an emergency'],
  ['cornerAngleDeg', 1, 179, '°', 'turn that is worth a report of its own'],
  ['illegalDisplacementRadiusM', 1, 65_535, 'm', 'how far the parked vehicle may move; since 2013'],
  ['answering', 0, 1, '', '0 answers calls by itself, 1 only with the ignition on'],
  ['maxCallS', 0, D, 's', 'longest call; 0 none, 4294967295 without limit'],
  ['maxCallPerMonthS', 0, D, 's', 'all calls of a month; 0 none, 4294967295 without limit'],
  ['alarmMask', 0, D, '', 'bits of the alarm word that are not reported'],
  ['alarmSmsMask', 0, D, '', 'bits of the alarm word that are told by SMS'],
  ['alarmPhotoMask', 0, D, '', 'bits of the alarm word that take a picture'],
  ['alarmPhotoStoreMask', 0, D, '', 'bits whose picture is stored instead of uploaded'],
  ['criticalAlarmMask', 0, D, '', 'bits of the alarm word that are critical'],
  ['maxSpeedKmh', 1, 255, 'km/h', 'beyond it is overspeed'],
  ['overspeedDurationS', 0, 3600, 's', 'how long it must be exceeded'],
  ['continuousDrivingLimitS', 1, 86_400, 's', 'longest driving without a rest'],
  ['dayDrivingLimitS', 1, 86_400, 's', 'longest driving in a day'],
  ['minRestS', 1, 86_400, 's', 'shortest rest that counts'],
  ['maxParkingS', 1, D, 's', 'longest parking'],
  ['overspeedWarningMargin100mh', 0, 65_535, '0.1 km/h', 'warning before the limit; since 2013'],
  ['fatigueWarningMarginS', 0, 65_535, 's', 'warning before the limit; since 2013'],
  ['collision', 0, 0xffff, '', 'bits 0–7 time in 4 ms (2019: ms), 8–15 acceleration in 0.1 g from 0 to 79; since 2013'],
  ['rolloverAngleDeg', 0, 180, '°', 'since 2013'],
  [
    'timedPhoto',
    0,
    D,
    '',
    'bits 0–4 channels, 8–12 upload instead of store, 16 minutes instead of seconds, 17–31 interval',
  ],
  ['distancePhoto', 0, D, '', 'bits 0–4 channels, 8–12 upload instead of store, 16 km instead of m, 17–31 distance'],
  ['imageQuality', 1, 10, '', '1 is best'],
  ['brightness', 0, 255, '', 'of pictures'],
  ['contrast', 0, 127, '', 'of pictures'],
  ['saturation', 0, 127, '', 'of pictures'],
  ['chroma', 0, 255, '', 'of pictures'],
  ['videoAlarmMask', 0, D, '', 'bits of the video alarms that are not reported; JT/T 1078'],
  ['odometer100m', 0, D, '0.1 km', 'reading of the odometer'],
  ['province', 0, 99, '', 'first two digits of GB/T 2260'],
  ['city', 0, 9999, '', 'last four digits of GB/T 2260'],
  ['plateColor', 0, 99, '', 'JT/T 415: 1 blue, 2 yellow, 3 black, 4 white, 9 other; 0 without plate'],
  ['gnssMode', 0, 15, '', 'bit 0 GPS, 1 BeiDou, 2 GLONASS, 3 Galileo; since 2013'],
  ['gnssBaud', 0, 5, '', '0 4800, 1 9600, 2 19200, 3 38400, 4 57600, 5 115200; since 2013'],
  ['gnssOutputRate', 0, 4, '', '0 500 ms, 1 1 s, 2 2 s, 3 3 s, 4 4 s; since 2013'],
  ['gnssSampleS', 1, D, 's', 'between detailed fixes; since 2013'],
  [
    'gnssUploadMode',
    0,
    0x0d,
    '',
    '0 store, 1 by time, 2 by distance, 11 total time, 12 total distance, 13 total count; since 2013',
  ],
  ['gnssUploadSetting', 0, D, '', 's, m or count, as gnssUploadMode says; since 2013'],
  ['can1SampleMs', 0, D, 'ms', '0 does not sample; since 2013'],
  ['can1UploadS', 0, 65_535, 's', '0 does not upload; since 2013'],
  ['can2SampleMs', 0, D, 'ms', '0 does not sample; since 2013'],
  ['can2UploadS', 0, 65_535, 's', '0 does not upload; since 2013'],
];

const BY_NAME = new Map(ROWS.map(([name, low, high, unit, about]) => [name, { low, high, unit, about }]));

/** What texts and structures are about. */
const TEXTS: Readonly<Record<string, string>> = {
  mainServerAddress: '2019: host:port, several with semicolons',
  backupServerAddress: '2019: host:port, several with semicolons',
  icCardServerAddress: 'since 2013',
  icCardBackupServerAddress: 'since 2013',
  slaveServerApn: '2019',
  slaveServerUser: '2019',
  slaveServerPassword: '2019',
  slaveServerAddress: '2019: host:port, several with semicolons',
  forbiddenDrivingPeriod: '{hex} of start hour, start minute, end hour, end minute, one byte each; 2019',
  avSettings: '{hex} of 21 bytes; JT/T 1078',
  avChannels: '{hex}; JT/T 1078',
  channelVideoSettings: '{hex}; JT/T 1078',
  specialAlarmRecording: '{hex} of 3 bytes; JT/T 1078',
  imageAnalysisAlarm: '{hex} of 2 bytes; JT/T 1078',
  sleepWakeUp: '{hex} of 20 bytes; JT/T 1078',
};

const TYPE_MAX = { BYTE: 0xff, WORD: 0xffff, DWORD: 0xffff_ffff } as const;

/** Bounds, unit and meaning of a parameter; those of its type where nothing more is known. */
export function parameterRule({ name, type }: Parameter): ParameterRule {
  const high = type in TYPE_MAX ? TYPE_MAX[type as keyof typeof TYPE_MAX] : 0;
  return BY_NAME.get(name) ?? { low: 0, high, unit: '', about: TEXTS[name] ?? '' };
}

/** Names that have a rule, for the test that holds them to the table. */
export const RULED_PARAMETERS: readonly string[] = [...BY_NAME.keys(), ...Object.keys(TEXTS)];
