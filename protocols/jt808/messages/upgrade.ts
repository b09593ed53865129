import { BYTE, DWORD, type Fields } from '../../common/codecs.js';
import { blob, field, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Upgrade package, 下发终端升级包, 0x8108.
 * Body: type BYTE (0 terminal, 12 IC card reader, 52 BeiDou module) · manufacturer BYTE[5] · version (length BYTE and
 * STRING) · length DWORD · data, nearly always split.
 */
export const upgradePackage: Message = {
  id: 0x8108,
  clauses: { 2013: '§8.16', 2019: '§8.19' },
  body: sequence(
    field('upgradeType', BYTE),
    text('manufacturer', 5),
    text('version', BYTE),
    field('packageBytes', DWORD, { default: (from: Fields) => String(from.dataHex ?? '').length / 2 }),
    blob('data'),
  ),
};

/** Upgrade result, 终端升级结果通知, 0x0108. Body: type BYTE · result BYTE (0 done, 1 failed, 2 cancelled). */
export const upgradeResult: Message = {
  id: 0x0108,
  clauses: { 2013: '§8.17', 2019: '§8.20' },
  body: sequence(field('upgradeType', BYTE), field('result', BYTE), trailing),
};
