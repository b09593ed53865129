import { BYTE, WORD } from '../../common/codecs.js';
import type { Edition } from '../../common/edition.js';
import { derived, field, oneOf, sequence, text } from '../../common/layout.js';
import type { Message } from '../message.js';

const PADDED = { spaces: true } as const;

/** The three bodies differ in how wide the maker's own fields are. */
function layout(edition: Edition, manufacturer: number, model: number, terminalId: number) {
  return sequence(
    derived((out) => {
      out.layout = edition;
    }),
    field('provinceId', WORD, { default: 0 }),
    field('cityId', WORD, { default: 0 }),
    text('manufacturer', manufacturer, PADDED),
    text('model', model, PADDED),
    text('terminalId', terminalId, PADDED),
    field('plateColor', BYTE, { default: 0 }),
    text('plate', 'rest', PADDED),
  );
}

const BODY_BEFORE_PLATE = { 2013: 37 } as const;

/**
 * Terminal registration, 终端注册, 0x0100.
 * Body: province WORD · city WORD · manufacturer · model · terminal id · plate colour BYTE · plate STRING to the end;
 * 5/8/7 bytes in 2011, 5/20/7 in 2013, 11/30/30 in 2019. With colour 0 the plate is the VIN (2013 and later).
 *
 * The header cannot tell 2011 from 2013. A body of 37 bytes or more is taken for 2013: the 2011 body would need a plate
 * of 12 bytes and more, and no plate is that long.
 */
export const terminalRegister: Message = {
  id: 0x0100,
  clauses: { 2011: '§8.4', 2013: '§8.5 table 7', 2019: '§8.8' },
  body: oneOf(
    { 2011: layout('2011', 5, 8, 7), 2013: layout('2013', 5, 20, 7), 2019: layout('2019', 11, 30, 30) },
    (r) => (r.edition === '2019' ? '2019' : r.remaining < BODY_BEFORE_PLATE[2013] ? '2011' : '2013'),
    (from, edition) => (from.layout as Edition | undefined) ?? edition,
  ),
};
