import { GLIDE_S } from './vehicle-buffer.js';

/**
 * A vehicle is one point. Its state is told twice, by colour and by shape, so that no colour need be seen:
 * 0 stale, a hollow ring; 1 stopped, a square; 2 moving, an arrow; 3 alarm, an arrow in a ring.
 */
export const VEHICLE_VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix;
uniform float u_now;
uniform float u_size;
uniform float u_layer;     // the state that this pass draws
uniform int u_selected;    // slot, or -1
layout(location = 0) in vec2 a_from;
layout(location = 1) in vec2 a_to;
layout(location = 2) in float a_departed;
layout(location = 3) in float a_heading;
layout(location = 4) in float a_state;
flat out float v_state;
flat out float v_selected;
flat out vec2 v_turn;
flat out float v_pixels;

void main() {
  if (a_state != u_layer) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0); // outside: another pass draws it
    gl_PointSize = 0.0;
    return;
  }
  float share = clamp((u_now - a_departed) / ${GLIDE_S.toFixed(1)}, 0.0, 1.0);
  gl_Position = u_matrix * vec4(mix(a_from, a_to, share), 0.0, 1.0);
  v_state = a_state;
  v_selected = gl_VertexID == u_selected ? 1.0 : 0.0;
  float grow = a_state == 3.0 ? 1.25 : a_state == 2.0 ? 1.0 : 0.8;
  v_pixels = u_size * max(grow, v_selected * 1.6);
  gl_PointSize = v_pixels;
  float angle = radians(a_heading);
  v_turn = vec2(cos(angle), sin(angle));
}`;

export const VEHICLE_FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 u_colour;
uniform vec3 u_outline;
uniform vec3 u_selectedColour;
uniform float u_size;
flat in float v_state;
flat in float v_selected;
flat in vec2 v_turn;
flat in float v_pixels;
out vec4 colour;

// Signed distances in units of half a plain marker: negative inside.
float arrow(vec2 p) {
  p.x = abs(p.x);
  float sides = dot(p - vec2(0.0, 0.86), normalize(vec2(1.5, 0.62)));
  float notch = dot(p - vec2(0.0, -0.34), normalize(vec2(-0.42, -0.60)));
  return max(sides, notch);
}

void main() {
  // One unit is half of u_size, however large the point is.
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * vec2(1.0, -1.0) * (v_pixels / u_size);
  vec2 turned = vec2(p.x * v_turn.x - p.y * v_turn.y, p.x * v_turn.y + p.y * v_turn.x);
  float soft = 2.0 / u_size;
  float edge = 0.24;

  float shape;
  if (v_state == 0.0) shape = abs(length(p) - 0.38) - 0.13;
  else if (v_state == 1.0) shape = max(abs(p.x), abs(p.y)) - 0.36;
  else shape = arrow(turned);
  if (v_state == 3.0) shape = min(shape * 1.2, abs(length(p) - 1.06) - 0.1);

  float inside = smoothstep(soft, -soft, shape);
  float outlined = smoothstep(soft, -soft, shape - edge) * 0.85;
  vec3 paint = mix(u_outline, u_colour, inside);
  float alpha = max(inside, outlined);
  if (v_selected == 1.0) {
    float ring = smoothstep(soft, -soft, abs(length(p) - 1.38) - 0.09);
    paint = mix(paint, u_selectedColour, ring);
    alpha = max(alpha, ring);
  }
  if (alpha < 0.01) discard;
  colour = vec4(paint * alpha, alpha); // MapLibre blends premultiplied colours
}`;
