/** Signals that come this soon after the first are the same one: a terminal and a parent both send it. */
const SAME = 1_000;

/** A signal that aborts at Ctrl-C or SIGTERM; a second Ctrl-C, a second later or more, ends the process at once. */
export function untilInterrupted(): { readonly signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  let stoppedAt = 0;
  function stop(): void {
    if (controller.signal.aborted && Date.now() - stoppedAt > SAME) process.exit(130);
    if (controller.signal.aborted) return;
    stoppedAt = Date.now();
    controller.abort();
  }
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    done() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
