import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import { type LiveVehicle, type LiveVehicles, stateRank, type VehicleFollower } from '../live-vehicles.js';
import { VEHICLE_STATES } from '../vehicle-state.js';
import { clock } from './clock.js';
import { createProgram, matrixAt } from './gl.js';
import { latOf, lonOf, mercatorX, mercatorY } from './mercator.js';
import type { Palette } from './palette.js';
import { VEHICLE_FLOATS, VehicleBuffer } from './vehicle-buffer.js';
import { VEHICLE_FRAGMENT, VEHICLE_VERTEX } from './vehicle-shaders.js';

/** Between two frames of a glide: vehicles move a few pixels a second, so 20 frames look smooth and cost little. */
const FRAME_MS = 50;
const PICK_PIXELS = 12;
const UNIFORMS = [
  'u_matrix',
  'u_now',
  'u_size',
  'u_layer',
  'u_selected',
  'u_colour',
  'u_outline',
  'u_selectedColour',
] as const;

/** Draws every vehicle in view as one point each, from one buffer, in one call per state. */
export class VehicleLayer implements CustomLayerInterface, VehicleFollower {
  readonly id = 'vehicles';
  readonly type = 'custom';
  readonly #vehicles: LiveVehicles;
  readonly #palette: Palette;
  readonly #buffer = new VehicleBuffer();
  readonly #glide = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  #map: MapLibre | null = null;
  #program: WebGLProgram | null = null;
  #uniforms = {} as Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;
  #array: WebGLVertexArrayObject | null = null;
  #glBuffer: WebGLBuffer | null = null;
  #uploadedBytes = 0;
  #selectedId: string | null = null;
  #nextFrame: ReturnType<typeof setTimeout> | undefined;

  constructor(vehicles: LiveVehicles, palette: Palette) {
    this.#vehicles = vehicles;
    this.#palette = palette;
    vehicles.follow(this);
    vehicles.onChange(() => this.#map?.triggerRepaint());
  }

  /** Vehicles that the last frame drew. */
  drawn = 0;

  moved(vehicle: LiveVehicle, isNew: boolean): void {
    const { lon, lat, heading } = vehicle.position;
    // LiveVehicles lets in only vehicles that have a place.
    const still = isNew || !this.#glide;
    this.#buffer.put(vehicle.slot, still, lon!, lat!, heading ?? 0, stateRank(vehicle.state), clock());
  }

  recoloured(vehicle: LiveVehicle): void {
    this.#buffer.setState(vehicle.slot, stateRank(vehicle.state));
  }

  left(left: LiveVehicle): void {
    this.#buffer.remove(left.slot);
  }

  select(vehicleId: string | null): void {
    this.#selectedId = vehicleId;
    this.#map?.triggerRepaint();
  }

  /** Where the vehicle's marker is at this moment, or null where it is not in view. */
  placeOf(vehicleId: string): [lon: number, lat: number] | null {
    const vehicle = this.#vehicles.byId.get(vehicleId);
    if (!vehicle) return null;
    const [x, y] = this.#buffer.placeAt(vehicle.slot, clock());
    return [lonOf(x), latOf(y)];
  }

  /** The vehicle under the pointer. */
  at(lon: number, lat: number): LiveVehicle | null {
    if (!this.#map) return null;
    const reach = PICK_PIXELS / (512 * 2 ** this.#map.getZoom());
    const slot = this.#buffer.nearest(mercatorX(lon), mercatorY(lat), reach);
    return slot < 0 ? null : this.#vehicles.list[slot];
  }

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.#map = map;
    this.#program = createProgram(gl, VEHICLE_VERTEX, VEHICLE_FRAGMENT);
    for (const name of UNIFORMS) this.#uniforms[name] = gl.getUniformLocation(this.#program, name);
    this.#glBuffer = gl.createBuffer();
    this.#array = gl.createVertexArray();
    this.#uploadedBytes = 0;
    gl.bindVertexArray(this.#array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#glBuffer);
    let offset = 0;
    for (const [location, size] of [2, 2, 1, 1, 1].entries()) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, size, gl.FLOAT, false, VEHICLE_FLOATS * 4, offset);
      offset += size * 4;
    }
    gl.bindVertexArray(null);
  }

  render(gl: WebGL2RenderingContext, { defaultProjectionData }: CustomRenderMethodInput): void {
    const map = this.#map!;
    const buffer = this.#buffer;
    const now = clock();
    const centre = map.getCenter();
    buffer.keepOriginNear(mercatorX(centre.lng), mercatorY(centre.lat));
    this.drawn = buffer.count;
    if (buffer.count === 0) return;

    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#array);
    this.#upload(gl);
    const u = this.#uniforms;
    gl.uniformMatrix4fv(u.u_matrix, false, matrixAt(defaultProjectionData.mainMatrix, buffer.originX, buffer.originY));
    gl.uniform1f(u.u_now, now);
    gl.uniform1f(u.u_size, markerPixels(map.getZoom()) * devicePixelRatio);
    gl.uniform1i(u.u_selected, this.#selectedSlot());
    gl.uniform3fv(u.u_outline, this.#palette.outline);
    gl.uniform3fv(u.u_selectedColour, this.#palette.selected);
    for (const [rank, state] of VEHICLE_STATES.entries()) {
      gl.uniform1f(u.u_layer, rank);
      gl.uniform3fv(u.u_colour, this.#palette[state]);
      gl.drawArrays(gl.POINTS, 0, buffer.count);
    }
    gl.bindVertexArray(null);
    if (now < buffer.glidesUntil) this.#planFrame();
  }

  #upload(gl: WebGL2RenderingContext): void {
    const buffer = this.#buffer;
    if (!buffer.dirty) return;
    buffer.dirty = false;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#glBuffer);
    if (this.#uploadedBytes !== buffer.data.byteLength) {
      gl.bufferData(gl.ARRAY_BUFFER, buffer.data, gl.DYNAMIC_DRAW);
      this.#uploadedBytes = buffer.data.byteLength;
    } else {
      gl.bufferSubData(gl.ARRAY_BUFFER, 0, buffer.data, 0, buffer.count * VEHICLE_FLOATS);
    }
  }

  #selectedSlot(): number {
    return this.#selectedId === null ? -1 : (this.#vehicles.byId.get(this.#selectedId)?.slot ?? -1);
  }

  #planFrame(): void {
    clearTimeout(this.#nextFrame);
    this.#nextFrame = setTimeout(() => this.#map?.triggerRepaint(), FRAME_MS);
  }
}

/** CSS pixels across a plain marker: a dot on a province, an arrow on a street. */
export function markerPixels(zoom: number): number {
  return Math.max(8, Math.min(20, 8 + (zoom - 6) * 1.6));
}
