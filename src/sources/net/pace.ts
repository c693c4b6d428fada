/** How long another host may take, and how often it is asked again. Times in milliseconds. */
export interface Pace {
  readonly connectTimeout: number;
  /** From sending a request to the end of the answer's headers. */
  readonly headerTimeout: number;
  /** Between two pieces of a body. */
  readonly idleTimeout: number;
  /** Bytes per second a body must bring, measured over `rateWindow` of waiting for it. */
  readonly minimumRate: number;
  readonly rateWindow: number;
  readonly redirects: number;
  /** Tries after the first one. */
  readonly retries: number;
  /** Tries after a plain 500, which is mostly about the thing asked for, not about the host. */
  readonly retriesOnServerError: number;
  /** First and longest wait between tries; doubled each time, then a random part of it is taken. */
  readonly backOff: number;
  readonly backOffMax: number;
  /** The longest a `Retry-After` is obeyed. */
  readonly retryAfterMax: number;
  /** Failures in a row after which a host is left alone for `coolDown`, doubled up to `backOffMax`. */
  readonly breakerAfter: number;
  readonly coolDown: number;
  /** Cool-downs in a row after which the host counts as down for the rest of the collection. */
  readonly coolDowns: number;
}

export const DEFAULT_PACE: Pace = {
  connectTimeout: 10_000,
  headerTimeout: 30_000,
  idleTimeout: 30_000,
  minimumRate: 1_024,
  rateWindow: 15_000,
  redirects: 5,
  retries: 5,
  retriesOnServerError: 2,
  backOff: 250,
  backOffMax: 20_000,
  retryAfterMax: 60_000,
  breakerAfter: 12,
  coolDown: 1_000,
  coolDowns: 5,
};
