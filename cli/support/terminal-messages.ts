import { msToBeijing } from '../../model/units.js';

/** Of 0x0702: 2013 §8.48. */
const CARD_IN = 1;
const CARD_OUT = 2;
export const DRIVER_IDENTITY = 0x0702;
export const HEARTBEAT = 0x0002;
export const GENERAL_RESPONSE = 0x0001;
export const REGISTER = 0x0100;
export const AUTHENTICATE = 0x0102;
const LOCATION = 0x0200;
const LOCATION_BATCH = 0x0704;
export const PLATFORM_RESPONSE = 0x8001;
export const REGISTER_RESPONSE = 0x8100;

/** What a terminal reports of one moment; NaN where it does not know. */
export interface TerminalFix {
  /** Epoch ms; the protocol carries whole seconds. */
  time: number;
  /** Degrees WGS-84. */
  lon: number;
  lat: number;
  speedKmh: number;
  headingDeg: number;
  altitudeM: number;
  mileageKm: number;
  /** The alarm word of 2019 §8.21 table 24; none where absent. */
  alarm?: number;
  /** False: the place is the last one that it knew. */
  located?: boolean;
}

/** A message without header; fields are named as `cheji decode` prints them. */
export interface Content {
  msgId: number;
  fields: Record<string, unknown>;
}

/** First contact: who we are. Without a plate, colour 0 says that there is none. */
export function registration(number: string, plate: string | undefined, plateColor: number): Content {
  const maker = { provinceId: 0, cityId: 0, manufacturer: 'CHEJI', model: 'SIM', terminalId: number.slice(-7) };
  return { msgId: REGISTER, fields: { ...maker, plateColor: plate ? plateColor : 0, plate: plate ?? '' } };
}

export function authentication(authCode: string, edition: '2013' | '2019'): Content {
  const device = edition === '2019' ? { imei: '', softwareVersion: '' } : {};
  return { msgId: AUTHENTICATE, fields: { authCode, ...device } };
}

/** A driver's card put in, or taken out: null. `time`: epoch ms. */
export function driverIdentity(time: number, card: { certificate: string; validUntil: string } | null): Content {
  const facts = { cardStatus: card ? CARD_IN : CARD_OUT, time: msToBeijing(time) };
  if (!card) return { msgId: DRIVER_IDENTITY, fields: facts };
  const { certificate, validUntil } = card;
  const read = { icResult: 0, driverName: '模拟', certificate, agency: '', validUntil: validUntil.replaceAll('-', '') };
  return { msgId: DRIVER_IDENTITY, fields: { ...facts, ...read } };
}

/** One report, or several as one batch of ordinary reports (位置数据类型 0: 正常位置批量汇报). */
export function locations(fixes: TerminalFix[]): Content {
  if (fixes.length === 1) return { msgId: LOCATION, fields: location(fixes[0]) };
  return { msgId: LOCATION_BATCH, fields: { dataType: 0, positions: fixes.map(location) } };
}

function location(fix: TerminalFix): Record<string, unknown> {
  return {
    alarm: fix.alarm ?? 0,
    acc: true,
    positioned: fix.located ?? true,
    lon: fix.lon,
    lat: fix.lat,
    altitude: known(fix.altitudeM),
    speedKmh: known(fix.speedKmh),
    direction: Math.round(known(fix.headingDeg)) % 360,
    time: msToBeijing(fix.time),
    ...(Number.isNaN(fix.mileageKm) ? {} : { mileageKm: fix.mileageKm }),
  };
}

/** The basic block has no word for "not known". */
function known(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

/** As the standard prints ids. */
export function hexId(msgId: number): string {
  return `0x${msgId.toString(16).padStart(4, '0')}`;
}
