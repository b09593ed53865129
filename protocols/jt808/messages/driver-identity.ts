import { bcd } from '../../../model/units.js';
import { BYTE, type Fields, hex } from '../../common/codecs.js';
import { field, oneOf, optional, sequence, text, time, trailing, when } from '../../common/layout.js';
import type { Reader } from '../../common/wire.js';
import type { Message } from '../message.js';

/** Ask who drives, 上报驾驶员身份信息请求, 0x8702. No body. */
export const driverIdentityQuery: Message = {
  id: 0x8702,
  clauses: { 2013: '§8.47', 2019: '§8.46' },
  body: trailing,
};

const NAME_AND_CARD_2011 = sequence(
  text('driverName', BYTE),
  text('idCard', 20),
  text('certificate', 40),
  text('agency', BYTE),
  trailing,
);

const CARD = sequence(
  text('driverName', BYTE),
  text('certificate', 20),
  text('agency', BYTE),
  field('validUntil', hex(4)),
  optional('idCard', 20, text('idCard', 20)),
);

/** Some terminals fill in the driver when the card is pulled, too: what counts is whether it is there. */
const CARD_EVENT = sequence(
  field('cardStatus', BYTE),
  time('time'),
  optional(
    'icResult',
    1,
    field('icResult', BYTE),
    when((fields: Fields, { remaining }) => fields.icResult === 0 && remaining > 0, CARD),
  ),
  trailing,
);

/**
 * Who drives, 驾驶员身份信息采集上报, 0x0702.
 * Body of the 2011 draft: name · id card STRING[20] · certificate STRING[40] · agency. 2013: status BYTE (1 card in, 2 out) ·
 * time BCD[6]; with the card in: reading result BYTE (0 done); with result 0: name · certificate STRING[20] · agency · valid
 * until BCD[4]. 2019: · id card STRING[20]. A body may be one edition ahead of its header: its length decides.
 */
export const driverIdentity: Message = {
  id: 0x0702,
  clauses: { 2011: '§8.40', 2013: '§8.48', 2019: '§8.47' },
  body: oneOf(
    { name: NAME_AND_CARD_2011, event: CARD_EVENT },
    (r) => (startsWithCardEvent(r) ? 'event' : 'name'),
    (from) => (from.cardStatus === undefined ? 'name' : 'event'),
  ),
};

/** 2011 begins with the length of a name; 2013 with 1 or 2 and a time. */
function startsWithCardEvent(r: Reader): boolean {
  if (r.remaining < 7 || (r.bytes[r.at] !== 1 && r.bytes[r.at] !== 2)) return r.edition !== '2011' && !fits2011(r);
  for (let i = 1; i <= 6; i++) if (Number.isNaN(bcd(r.bytes[r.at + i]))) return r.edition !== '2011';
  return true;
}

/** The header does not tell 2011 from 2013, but the two lengths of 2011 end with the body. */
function fits2011(r: Reader): boolean {
  const agencyAt = r.at + 1 + r.bytes[r.at] + 60;
  return agencyAt < r.end && agencyAt + 1 + r.bytes[agencyAt] === r.end;
}
