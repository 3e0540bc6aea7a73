/** The connection on which a request came, as far as the gateway has a say in it. */

/** The listener's say over how long a connection may be silent: seconds, 0 for ever. */
export interface Connection {
  timeout(request: Request, seconds: number): void;
}

/** How long an idle connection is kept, in seconds; calls in flight are under the watchdog instead. */
export const IDLE_SECONDS = 30;
