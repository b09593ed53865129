import type { Fields } from '../common/codecs.js';
import type { Edition } from '../common/edition.js';
import type { MediaPeer } from '../media.js';
import type { Jt808Part } from './media-parts.js';
import type { Message } from './message.js';
import { mediaDataResponse } from './messages/media.js';
import { platformResendRequest } from './messages/resend-parts.js';

/** The way back to the terminal that sent a part. */
export interface WayBack {
  edition: Edition;
  /** The general response to the frame of this part. */
  acknowledge(): void;
  send(message: Message, fields: Fields): void;
}

/** 0x8800 has a BYTE for the number of parts that it asks for, as has 0x8003 in 2013. */
const ASKED_AT_ONCE = 255;

/**
 * What is answered to parts of a medium. Each gets a general response once it is on disk: many terminals wait for it,
 * and it only tells them to go on. The word that counts is 0x8800 (2013 §8.53): parts that are missing, or none.
 *
 * 0x8800 names the medium by the id that stands in the first part; while that is missing, parts are asked for by
 * 0x8003, which the 2011 edition does not have.
 */
export function answersTo(part: Jt808Part, back: WayBack): MediaPeer {
  // The 2011 draft has the serial number of the message in front of the medium's id; who counts like it is answered so.
  const about = (mediaId: number) => (part.counted ? { replySeq: part.serial, mediaId } : { mediaId });
  return {
    written: () => back.acknowledge(),
    missing(mediaId, indexes) {
      const packetIds = indexes.slice(0, ASKED_AT_ONCE);
      if (mediaId !== null) back.send(mediaDataResponse, { ...about(mediaId), packetIds });
      else if (!part.counted && back.edition !== '2011')
        back.send(platformResendRequest, { originalSeq: part.firstSerial, packetIds });
    },
    complete: (mediaId) => back.send(mediaDataResponse, about(mediaId)),
  };
}
