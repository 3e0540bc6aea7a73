/**
 * A time zone in which neither an hour nor a day ends within the next quarter of an hour: what a test spends counts in
 * one window, whenever it runs.
 */
export function calmZone(now = new Date()): string {
  // India's hours begin at half past.
  return now.getUTCMinutes() < 45 ? "UTC" : "Asia/Kolkata";
}
