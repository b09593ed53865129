import type { DriverReport } from '../../model/driver.js';
import type { UploadFact } from '../../model/upload.js';
import type { Fields } from '../common/codecs.js';
import type { Message } from './message.js';
import { canData } from './messages/can-data.js';
import { driverIdentity } from './messages/driver-identity.js';
import { eventReport, questionAnswer } from './messages/events-and-questions.js';
import { infoSubscribe } from './messages/info-services.js';
import { mediaEvent } from './messages/media.js';
import { recorderData } from './messages/recorder.js';
import { terminalRsaKey } from './messages/rsa-key.js';
import { attributesResponse } from './messages/terminal-attributes.js';
import { transparentUp } from './messages/transparent.js';
import { passengerFlow } from './messages/video-attributes.js';
import { waybill } from './messages/waybill.js';
import { readRecorderBlock } from './recorder-block.js';

/** A message that tells of something besides a fix, and what of it is kept. */
export interface Report {
  message: Message;
  read(fields: Fields): Omit<UploadFact, 'serial'>;
}

function report(
  kind: UploadFact['kind'],
  message: Message,
  content: (fields: Fields) => Fields = kept,
  time: (fields: Fields) => unknown = () => null,
): [number, Report] {
  const read = (fields: Fields) => ({ kind, time: Date.parse(String(time(fields))), content: content(fields) });
  return [message.id, { message, read }];
}

/** Reports by message id. */
export const REPORTS: ReadonlyMap<number, Report> = new Map([
  report(
    'driver',
    driverIdentity,
    (fields) => ({ ...driverReport(fields) }),
    (fields) => fields.time,
  ),
  report('waybill', waybill),
  report('can', canData),
  report('passengers', passengerFlow, kept, (fields) => fields.end),
  report('recorder', recorderData, ({ replySeq, command, blockHex }) => ({
    replySeq,
    command,
    ...readRecorderBlock(command as number, Buffer.from(blockHex as string, 'hex')),
    blockHex,
  })),
  report('attributes', attributesResponse),
  report('media-event', mediaEvent),
  report('transparent', transparentUp),
  report('event', eventReport),
  report('answer', questionAnswer),
  report('info', infoSubscribe),
  // Kept, and not relied on: how terminals use it nobody knows (security sheet SEC-043).
  report('rsa-key', terminalRsaKey),
]);

/** Everything but what says the same once more: bytes are kept whole, not also by their length and their beginning. */
function kept(fields: Fields): Fields {
  const { dataLength, dataHeadHex, count, ...content } = fields;
  return content;
}

const CARD_OUT = 2;

/** The three editions of 0x0702 in one form. */
export function driverReport(fields: Fields): DriverReport {
  const { cardStatus, icResult } = fields;
  const isOut = cardStatus === CARD_OUT;
  const isRead = icResult === undefined || icResult === 0;
  return {
    event: isOut ? 'out' : isRead ? 'in' : 'unreadable',
    reading: typeof icResult === 'number' ? icResult : null,
    name: said(fields.driverName),
    certificate: said(fields.certificate),
    idCard: said(fields.idCard),
    agency: said(fields.agency),
    validUntil: isoDate(said(fields.validUntil)),
  };
}

function said(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** BCD YYYYMMDD as YYYY-MM-DD; null where it is no date. */
function isoDate(digits: string | null): string | null {
  const match = /^(\d{4})(\d\d)(\d\d)$/.exec(digits ?? '');
  if (match === null) return null;
  const text = `${match[1]}-${match[2]}-${match[3]}`;
  return Number.isNaN(Date.parse(text)) ? null : text;
}
