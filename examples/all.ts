import { beacon } from './beacon.ts';
import { cart } from './cart.ts';
import { worker } from './worker.ts';

/** Every file below `examples/images`, by path. Depends on nothing but the code: the same bytes on every machine. */
export function exampleFiles(): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [name, body] of cart()) files.set(`cart/${name}`, body);
  files.set('beacon.tar', beacon());
  files.set('worker.tar', worker());
  return files;
}
