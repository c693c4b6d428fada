/**
 * Where the worker's code is: beside this file in a checkout; in a bundle `worker.js` beside the bundle, so a build
 * makes `worker.ts` an entry of its own with that name.
 */
export function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}
