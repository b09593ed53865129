import { BYTE, hex, record, WORD } from '../../common/codecs.js';
import { field, listToEnd, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/** {id WORD, length BYTE, value}: JT/T 808 has DWORD ids and a count in front. */
const PARAMETER = record(field('id', WORD), {
  read(r, out) {
    const length = r.uint(1);
    field('hex', hex(length)).read(r, out);
  },
  write(w, from) {
    const value = w.part((part) => hex('rest').write(part, from.hex, 'hex'));
    BYTE.write(w, value.length, 'length');
    w.raw(value);
  },
  describe: () => [{ name: 'hex', type: 'hex' }],
});
const parameters = listToEnd('params', PARAMETER, 3);

/** Body: parameters to the end. */
export const parametersSet: Message = {
  id: 0x8103,
  name: 'ParametersSet',
  chinese: '设置参数',
  direction: 'down',
  body: sequence(parameters, trailing),
};

/** Body: ids WORD to the end. */
export const parametersQuery: Message = {
  id: 0x8104,
  name: 'ParametersQuery',
  chinese: '查询 ISU 参数',
  direction: 'down',
  body: sequence(listToEnd('ids', WORD, 2), trailing),
};

/** Body: serial of the query WORD · parameters to the end. */
export const parametersResponse: Message = {
  id: 0x0104,
  name: 'ParametersResponse',
  chinese: '查询 ISU 参数应答',
  direction: 'up',
  body: sequence(field('replySn', WORD), parameters, trailing),
};

/** Body: device type BYTE · vendor BYTE · hardware version BCD[1] · software version BCD[2] · status BYTE. */
export const upgradeResult: Message = {
  id: 0x0105,
  name: 'UpgradeResult',
  chinese: 'ISU 升级结果报告',
  direction: 'up',
  body: sequence(
    field('deviceType', BYTE),
    field('vendor', BYTE),
    field('hardwareBcd', hex(1)),
    field('softwareBcd', hex(2)),
    field('status', BYTE),
    trailing,
  ),
};
