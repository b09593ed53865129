import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import type { LiveVehicle, VehicleFollower } from '../live-vehicles.js';
import { clock } from './clock.js';
import { createProgram, matrixAt } from './gl.js';
import { mercatorX, mercatorY, metresToMercator } from './mercator.js';
import type { Palette } from './palette.js';

/** Pieces of trail that are kept; a new one takes the place of the oldest. */
const PIECES = 1 << 17;
const FLOATS_PER_PIECE = 6; // x, y, time of both ends
/** A trail has faded after so many seconds. */
export const TRAIL_S = 10 * 60;
/** A new piece begins when the vehicle has gone so far … */
const SHORTEST_M = 30;
/** … unless it went so far, or said nothing for so long, that nobody knows which way. */
const LONGEST_M = 1500;
const LONGEST_SILENCE_S = 45;
const ORIGIN_REACH = 0.02;

const VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix;
uniform float u_now;
layout(location = 0) in vec2 a_place;
layout(location = 1) in float a_time;
out float v_fresh;
void main() {
  gl_Position = u_matrix * vec4(a_place, 0.0, 1.0);
  v_fresh = clamp(1.0 - (u_now - a_time) / ${TRAIL_S.toFixed(1)}, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 u_colour;
in float v_fresh;
out vec4 colour;
void main() {
  float alpha = 0.42 * v_fresh;
  colour = vec4(u_colour * alpha, alpha);
}`;

interface TrailEnd {
  x: number;
  y: number;
  at: number;
}

/** The ways of the last minutes as thin fading lines: together they show the streets that the base map does not have. */
export class TrailLayer implements CustomLayerInterface, VehicleFollower {
  readonly id = 'trails';
  readonly type = 'custom';
  readonly #palette: Palette;
  readonly #ends = new Map<string, TrailEnd>();
  /** x, y, time of both ends of every piece, in doubles on the unit square. */
  readonly #pieces = new Float64Array(PIECES * FLOATS_PER_PIECE);
  readonly #relative = new Float32Array(PIECES * FLOATS_PER_PIECE);
  #written = 0;
  #uploaded = 0;
  #originX = Infinity;
  #originY = Infinity;
  #map: MapLibre | null = null;
  #program: WebGLProgram | null = null;
  #array: WebGLVertexArrayObject | null = null;
  #glBuffer: WebGLBuffer | null = null;

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  moved({ position }: LiveVehicle): void {
    const now = clock();
    const x = mercatorX(position.lon!);
    const y = mercatorY(position.lat!);
    const end = this.#ends.get(position.vehicleId);
    if (!end) {
      this.#ends.set(position.vehicleId, { x, y, at: now });
      return;
    }
    const gone = Math.hypot(x - end.x, y - end.y);
    if (gone < metresToMercator(SHORTEST_M, y)) {
      end.at = now;
      return;
    }
    if (gone < metresToMercator(LONGEST_M, y) && now - end.at < LONGEST_SILENCE_S) {
      const at = (this.#written % PIECES) * FLOATS_PER_PIECE;
      this.#pieces.set([end.x, end.y, end.at, x, y, now], at);
      this.#written++;
    }
    end.x = x;
    end.y = y;
    end.at = now;
  }

  recoloured(): void {}

  left({ position }: LiveVehicle): void {
    this.#ends.delete(position.vehicleId);
  }

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.#map = map;
    this.#program = createProgram(gl, VERTEX, FRAGMENT);
    this.#glBuffer = gl.createBuffer();
    this.#array = gl.createVertexArray();
    gl.bindVertexArray(this.#array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#glBuffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.#relative.byteLength, gl.DYNAMIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 12, 0);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 1, gl.FLOAT, false, 12, 8);
    gl.bindVertexArray(null);
  }

  render(gl: WebGL2RenderingContext, { defaultProjectionData }: CustomRenderMethodInput): void {
    if (this.#written === 0) return;
    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#array);
    this.#upload(gl);
    const program = this.#program!;
    gl.uniformMatrix4fv(
      gl.getUniformLocation(program, 'u_matrix'),
      false,
      matrixAt(defaultProjectionData.mainMatrix, this.#originX, this.#originY),
    );
    gl.uniform1f(gl.getUniformLocation(program, 'u_now'), clock());
    gl.uniform3fv(gl.getUniformLocation(program, 'u_colour'), this.#palette.trail);
    gl.drawArrays(gl.LINES, 0, Math.min(this.#written, PIECES) * 2);
    gl.bindVertexArray(null);
  }

  /** Sends the pieces written since the last frame; all of them where the origin moved. */
  #upload(gl: WebGL2RenderingContext): void {
    const centre = this.#map!.getCenter();
    const x = mercatorX(centre.lng);
    const y = mercatorY(centre.lat);
    if (!(Math.abs(x - this.#originX) < ORIGIN_REACH && Math.abs(y - this.#originY) < ORIGIN_REACH)) {
      this.#originX = x;
      this.#originY = y;
      this.#uploaded = Math.max(0, this.#written - PIECES);
    }
    this.#uploaded = Math.max(this.#uploaded, this.#written - PIECES);
    if (this.#uploaded === this.#written) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#glBuffer);
    while (this.#uploaded < this.#written) {
      const first = this.#uploaded % PIECES;
      const count = Math.min(this.#written - this.#uploaded, PIECES - first);
      const start = first * FLOATS_PER_PIECE;
      const end = start + count * FLOATS_PER_PIECE;
      for (let i = start; i < end; i += 3) {
        this.#relative[i] = this.#pieces[i] - this.#originX;
        this.#relative[i + 1] = this.#pieces[i + 1] - this.#originY;
        this.#relative[i + 2] = this.#pieces[i + 2];
      }
      gl.bufferSubData(gl.ARRAY_BUFFER, start * 4, this.#relative, start, end - start);
      this.#uploaded += count;
    }
  }
}
