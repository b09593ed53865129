/**
 * Why input is refused: a closed list. Each reason is the label of a counter, and the word that the API and the logs use.
 */
export const REJECT_REASONS = {
  // Frames: whole messages that never become anything.
  'no-frame': 'bytes outside any frame',
  'frame-too-long': 'no closing delimiter within the largest frame that the protocol allows',
  'bad-escape': 'an escape byte followed by something that is no escape',
  'bad-checksum': 'the check code does not match',
  'bad-length': 'the length field and the bytes disagree',
  'short-header': 'too short for a message header',
  'short-body': 'the fixed part of the body is cut off',
  'bad-body': 'a field of the body has an impossible value',
  'unknown-message': 'a message id that is not supported',
  encrypted: 'an encrypted body without a key for it',
  'bad-package': 'a part of a split message whose number or total is impossible',
  'package-timeout': 'a split message of which not every part came in time',
  'package-limit': 'a split message beyond the memory bound',
  'not-authenticated': 'data before the terminal authenticated',
  'other-terminal': 'a terminal number that is not the one that authenticated on this connection',
  'unknown-terminal': 'the terminal is not registered, and registration is required or the vehicles are too many',
  'rate-limit': 'more frames than a terminal may send',
  'too-large': 'a payload beyond the largest that is taken',
  'not-json': 'a payload that is no JSON, or nested too deeply',
  'not-protobuf': 'a payload that is no protobuf of ours',
  'unknown-topic': 'a topic that the settings do not name',
  'decoder-bug': 'our decoder failed on it; the bytes are in quarantine',
  // Fixes: single records inside a good frame.
  'bad-time': 'a time that is no time, before 2010, or more than 24 h ahead',
  'too-old': 'older than the tracks that are kept',
  'bad-place': 'a longitude or latitude that does not exist',
  'bad-item': 'a member of a JSON position that is missing, of the wrong type or out of range',
  'unknown-vehicle': 'the vehicle is not registered, and registration is required or the vehicles are too many',
} as const;

export type RejectReason = keyof typeof REJECT_REASONS;
