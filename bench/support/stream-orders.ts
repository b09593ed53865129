/** What the servers of the publishing bench are told: tell everybody so many alerts, or only how things are. */
export interface HostOrder {
  push?: number;
  /** Of a message; the bare server makes them of this size. */
  bytes?: number;
}

export interface HostAnswer {
  port: number;
  cpu: NodeJS.CpuUsage;
}

/** What the server of the bench of maps is told: let every vehicle report so many times, twice a second. */
export interface MapsOrder {
  moves?: number;
}

export interface MapsAnswer {
  port: number;
  /** Processor time of that, all threads. */
  cpuMs: number;
}
