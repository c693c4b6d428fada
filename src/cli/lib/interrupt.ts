/** A signal that aborts at Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once. */
export function untilInterrupted(): { readonly signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  function stop(): void {
    if (controller.signal.aborted) process.exit(130);
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
