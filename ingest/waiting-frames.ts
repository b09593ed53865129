/**
 * What a terminal sent while the log had no room, whole frames in order. Nothing of it has been taken or acknowledged:
 * where the connection is lost first, the terminal sends it again.
 */
export class WaitingFrames {
  #frames: Buffer[] = [];
  #bytes = 0;

  /** `held` is told of every change in the frames and bytes kept. */
  constructor(private readonly held: (frames: number, bytes: number) => void) {}

  get bytes(): number {
    return this.#bytes;
  }

  get empty(): boolean {
    return this.#frames.length === 0;
  }

  add(frame: Buffer): void {
    this.#frames.push(frame);
    this.#count(1, frame.length);
  }

  /** The oldest; undefined where there is none. */
  take(): Buffer | undefined {
    const frame = this.#frames.shift();
    if (frame !== undefined) this.#count(-1, -frame.length);
    return frame;
  }

  drop(): void {
    const frames = this.#frames.length;
    this.#frames = [];
    this.#count(-frames, -this.#bytes);
  }

  #count(frames: number, bytes: number): void {
    this.#bytes += bytes;
    this.held(frames, bytes);
  }
}
