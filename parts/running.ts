/** A server that runs. */
export interface Running {
  /** Where the page and the API are, without the key. */
  url: string;
  httpPort: number;
  /** 0 where terminals of the protocol are switched off. */
  jt808Port: number;
  jt905Port: number;
  /** Of the embedded broker; 0 where there is none. */
  mqttPort: number;
  adminKey: string;
  /** Stops in the order of the reliability sheet §13; whatever was acknowledged is on disk before it resolves. */
  stop(): Promise<void>;
}
