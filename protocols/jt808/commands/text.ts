import { textMessage } from '../messages/text-message.js';
import { command } from './command-type.js';
import { choice, flag, object, optional, text } from './params.js';

const URGENT = 1 << 0;
const DISPLAY = 1 << 2;
const SPEAK = 1 << 3;
const ADVERTISING = 1 << 4;
const CAN_FAULT = 1 << 5;

/** Type BYTE of 2019. */
const KINDS = { notice: 1, service: 2 } as const;
/** Bits 0 and 1 of the flags of 2019. */
const LEVELS_2019 = { service: 0b01, urgent: 0b10, notice: 0b11 } as const;
/** The text with its flags and type fits a message of 1,024 bytes of text (2019 §8.27). */
const MAX_TEXT_BYTES = 1024;

/** Text for the driver. */
export const sendText = command({
  type: 'text',
  summary: 'text for the driver, shown or read aloud',
  messages: [textMessage],
  params: object({
    text: text(1, MAX_TEXT_BYTES, 'at most 1,024 bytes in GBK'),
    urgent: optional(flag('an emergency'), false),
    display: optional(flag('show it on the display'), true),
    speak: optional(flag('read it aloud'), true),
    advertising: optional(flag('on the advertising screen; 2011 and 2013'), false),
    kind: optional(choice(KINDS, 'what it is; 2019'), 'notice'),
    canFault: optional(flag('it is about a fault code of the CAN bus, not about navigation; 2013 and 2019'), false),
  }),
  encode(p, edition) {
    const common = (p.display ? DISPLAY : 0) | (p.speak ? SPEAK : 0) | (p.canFault ? CAN_FAULT : 0);
    const flags =
      edition === '2019'
        ? common | LEVELS_2019[p.urgent ? 'urgent' : p.kind]
        : common | (p.urgent ? URGENT : 0) | (p.advertising ? ADVERTISING : 0);
    return { message: textMessage, fields: { flag: flags, textType: KINDS[p.kind], text: p.text } };
  },
});
