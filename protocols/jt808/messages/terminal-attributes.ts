import { BYTE, type Field, hex, WORD } from '../../common/codecs.js';
import { field, fits, oneOf, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

const PADDED = { spaces: true } as const;

/** Query attributes, 查询终端属性, 0x8107. No body. */
export const attributesQuery: Message = {
  id: 0x8107,
  clauses: { 2013: '§8.14', 2019: '§8.17' },
  body: trailing,
};

function layout(manufacturer: number, model: number, terminalId: number): Field {
  return sequence(
    field('terminalType', WORD),
    text('manufacturer', manufacturer, PADDED),
    text('model', model, PADDED),
    text('terminalId', terminalId, PADDED),
    field('iccid', hex(10)),
    text('hardwareVersion', BYTE),
    text('firmwareVersion', BYTE),
    field('gnss', BYTE),
    field('comm', BYTE),
  );
}

const LAYOUTS = { 2013: layout(5, 20, 7), 2019: layout(5, 30, 30), wide2019: layout(11, 30, 30) };

/**
 * Terminal attributes, 查询终端属性应答, 0x0107.
 * Body: type WORD · manufacturer · model · terminal id · SIM ICCID BCD[10] · hardware version · firmware version (length
 * BYTE and STRING each) · GNSS BYTE · communication BYTE; the maker's fields have 5/20/7 bytes in 2013 and 5/30/30 in
 * 2019. Some 2019 terminals send 11 bytes of manufacturer as they do in the registration: the one whose version lengths
 * come out even is right. The 2013 table prints the ICCID at 42; it is at 34.
 */
export const attributesResponse: Message = {
  id: 0x0107,
  clauses: { 2013: '§8.15', 2019: '§8.18' },
  body: oneOf(
    LAYOUTS,
    (r) => (r.edition !== '2019' ? '2013' : !fits(r, LAYOUTS[2019]) && fits(r, LAYOUTS.wide2019) ? 'wide2019' : '2019'),
    (_, edition) => (edition === '2019' ? '2019' : '2013'),
  ),
};
