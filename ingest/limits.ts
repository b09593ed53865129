/** What one TCP listener allows: the defaults of the reliability sheet §11. Times in ms. */
export interface TcpLimits {
  /** Open at once; the system refuses more. */
  maxConnections: number;
  /** Connections that begin to be read per second; others wait for their turn, unread. 0: no limit. */
  newPerSecond: number;
  /** Connections of one address per second, after a burst. Terminals share addresses behind carrier NAT. 0: no limit. */
  newPerAddress: number;
  newPerAddressBurst: number;
  /** From accept to the first valid frame. */
  firstFrameMs: number;
  /** From accept to authenticated, where authentication is required. */
  authMs: number;
  /** From the start delimiter to the end delimiter of a frame. */
  frameMs: number;
  /** From one valid frame to the next: three heartbeats of a terminal, and never under 180 s. */
  idleMs: number;
  /** Bytes that may come without a valid frame among them. */
  garbageBytes: number;
  /** Frames with a bad check code in one minute. */
  badChecksumsPerMinute: number;
  /** How long a peer of too many bad check codes is kept out. */
  holdMs: number;
  /** Frames per second that one terminal may send on and on, and at once; 0: no limit. */
  rate: number;
  rateBurst: number;
  /** Answers that the peer has not read yet. */
  writeBufferBytes: number;
  /** Frames kept for one peer while the log has no room; beyond that it is not read. */
  waitingBytes: number;
  /** The same for all peers together: beyond that nobody is read. */
  waitingBytesInAll: number;
  /** Refused messages for want of authentication before the connection is closed. */
  unauthenticatedMessages: number;
  /** Terminals that one gateway speaks for on one connection. */
  gatewayTerminals: number;
  /** How long `close` waits for acknowledgements and for peers to take them. */
  closeGraceMs: number;
}

/** Vehicles that appear by themselves: numbers that somebody makes up would fill memory, log and database for good. */
export const MAX_VEHICLES = 1_000_000;

export const TCP_LIMITS: TcpLimits = {
  maxConnections: 65_000,
  newPerSecond: 500,
  newPerAddress: 200,
  newPerAddressBurst: 5_000,
  firstFrameMs: 30_000,
  authMs: 60_000,
  frameMs: 10_000,
  idleMs: 180_000,
  garbageBytes: 8 * 1024,
  badChecksumsPerMinute: 20,
  holdMs: 60_000,
  rate: 20,
  rateBurst: 200,
  writeBufferBytes: 256 * 1024,
  waitingBytes: 16 * 1024,
  waitingBytesInAll: 64 * 1024 * 1024,
  unauthenticatedMessages: 3,
  gatewayTerminals: 20_000,
  closeGraceMs: 10_000,
};
