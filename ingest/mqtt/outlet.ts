/** A way to publish over the broker that is in use. */
export interface Outlet {
  /** At QoS 1. `nobody`: the broker has it, and says that nobody is subscribed. Rejects where the broker is away. */
  publish(topic: string, payload: Uint8Array): Promise<'sent' | 'nobody'>;
}
