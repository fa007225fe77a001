/** Seconds after which a case has hung, where neither it nor the command line says otherwise. */
export const CASE_TIMEOUT_SECONDS = 60;
