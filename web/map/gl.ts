/** A linked program; throws with the driver's own words where the shaders are at fault. */
export function createProgram(gl: WebGL2RenderingContext, vertexSource: string, fragmentSource: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader); // lives on with the program
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(`shader program: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}

/**
 * `matrix` (column-major, from the unit Mercator square) moved to an origin: multiplied in doubles, so that what the
 * graphics card sees in single precision are small numbers near the view.
 */
export function matrixAt(matrix: ArrayLike<number>, originX: number, originY: number): Float32Array {
  const moved = Float32Array.from(matrix);
  for (let row = 0; row < 4; row++) {
    moved[12 + row] = matrix[row] * originX + matrix[4 + row] * originY + matrix[12 + row];
  }
  return moved;
}
