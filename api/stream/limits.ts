/** What a client of the stream may do, and what it may cost; told by `welcome`, described in docs/stream.md. */
export const LIMITS = {
  /** Bytes of one message of a client. */
  messageBytes: 16 * 1024,
  messagesPerSecond: 10,
  messageBurst: 30,
  /** Of one connection. */
  subscriptions: 200,
  /** Bytes that may wait for a client that does not read; beyond it nothing is taken for it. */
  bufferedBytes: 4 * 1024 * 1024,
  /** With more than this waiting a client gets no positions until it has caught up. */
  positionsPauseBytes: 64 * 1024,
  /** Alerts that a client which does not read may be behind. */
  alertsBehind: 1000,
  /** Commands that may wait for a slow client, each in its newest form. */
  commandsWaiting: 20_000,
} as const;
