import { idAt, type Shape } from './generate.ts';

/** Hex digits of an id that decide the order: 48 bits, exact as a number. */
const DIGITS = 12;

/** Every n below `shape.images` in the order of its image's id, so that rows are written by key. */
export function orderById(shape: Shape): Uint32Array {
  const keys = new Float64Array(shape.images);
  const order = new Uint32Array(shape.images);
  for (let n = 0; n < shape.images; n += 1) {
    keys[n] = Number.parseInt(idAt(shape, n).slice(0, DIGITS), 16);
    order[n] = n;
  }
  return order.sort((a, b) => keys[a]! - keys[b]! || a - b);
}
