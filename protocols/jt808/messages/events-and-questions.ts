import { BYTE, record, WORD } from '../../common/codecs.js';
import { counted, field, listToEnd, optional, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';

/**
 * Set the list of events, 事件设置, 0x8301.
 * Body: action BYTE (0 delete all, 1 update, 2 append, 3 modify, 4 delete some) · count BYTE · {id BYTE, length BYTE, text};
 * nothing follows action 0.
 */
export const eventListSet: Message = {
  id: 0x8301,
  clauses: { 2011: '§8.17', 2013: '§8.24' },
  body: sequence(
    field('action', BYTE),
    optional('events', 1, counted(BYTE, 'count', 'events', record(field('eventId', BYTE), text('text', BYTE)))),
    trailing,
  ),
};

/** The driver reports an event, 事件报告, 0x0301. Body: id BYTE. */
export const eventReport: Message = {
  id: 0x0301,
  clauses: { 2011: '§8.18', 2013: '§8.25' },
  body: sequence(field('eventId', BYTE), trailing),
};

/**
 * Ask the driver, 提问下发, 0x8302.
 * Body: flags BYTE (0 urgent, 3 read aloud, 4 advertising screen) · question (length BYTE and STRING) · answers {id BYTE,
 * length WORD, text}.
 */
export const questionAsk: Message = {
  id: 0x8302,
  clauses: { 2011: '§8.19', 2013: '§8.26' },
  body: sequence(
    field('flag', BYTE),
    text('question', BYTE),
    listToEnd('answers', record(field('answerId', BYTE), text('text', WORD)), 3),
    trailing,
  ),
};

/** The driver's answer, 提问应答, 0x0302. Body: serial of the question WORD · answer id BYTE. */
export const questionAnswer: Message = {
  id: 0x0302,
  clauses: { 2011: '§8.20', 2013: '§8.27' },
  body: sequence(field('replySeq', WORD), field('answerId', BYTE), trailing),
};
