import { callBack as callBackMessage, phoneBookSet } from '../messages/phone.js';
import { command } from './command-type.js';
import { choice, flag, list, object, optional, text, where } from './params.js';

/** A number as terminals store it: at most 20 bytes. */
const phoneNumber = text(1, 20, 'telephone number');

/** Have the terminal call a number. */
export const callBack = command({
  type: 'call-back',
  summary: 'have it call a telephone',
  messages: [callBackMessage],
  params: object({
    phone: phoneNumber,
    listen: optional(flag('open the microphone only, without the driver'), false),
  }),
  encode: ({ phone, listen }) => ({ message: callBackMessage, fields: { flag: listen ? 1 : 0, phoneNumber: phone } }),
});

const ACTIONS = { clear: 0, replace: 1, append: 2, update: 3 } as const;
const CALLS = { in: 1, out: 2, both: 3 } as const;

/** Set the phone book. */
export const phoneBook = command({
  type: 'phone-book',
  summary: 'set whom the driver may call and be called by',
  messages: [phoneBookSet],
  params: where(
    object({
      action: choice(ACTIONS, 'clear deletes all; update goes by the name of the contact'),
      contacts: optional(
        list(
          object({ name: text(1, 255), phone: phoneNumber, calls: optional(choice(CALLS, 'which way'), 'both') }),
          1,
          255,
        ),
      ),
    }),
    ({ action, contacts }) =>
      (action === 'clear') === (contacts === undefined)
        ? null
        : { path: 'contacts', message: action === 'clear' ? 'must not be there with clear' : 'is missing' },
  ),
  encode: ({ action, contacts }) => ({
    message: phoneBookSet,
    fields: {
      action: ACTIONS[action],
      contacts: contacts?.map(({ name, phone, calls }) => ({ flag: CALLS[calls], phone, name })),
    },
  }),
});
