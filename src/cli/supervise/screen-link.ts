/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  /** The system's name of the signal that killed it. */
  readonly signal: string | null;
}

/** How the recorder's process ended for good. */
export interface RecorderEnd extends ProcessEnd {
  /** Its last words. */
  readonly words: readonly string[];
}

/** What the supervisor tells its screen. */
export type ToScreen =
  | {
      readonly type: "recorder";
      readonly pid: number | undefined;
      /** Path of its control socket, and of the file of its words. */
      readonly control: string;
      readonly log: string;
      /** How often it was started again, and why last. */
      readonly restarts: number;
      readonly died?: string;
    }
  | { readonly type: "ended"; readonly end: RecorderEnd };

/** What a screen tells its supervisor: that it lives; that the recorder is to end, and (`signal`) has to be told so; that somebody has left it. */
export type FromScreen =
  | { readonly type: "alive" }
  | { readonly type: "stop"; readonly signal: boolean }
  | { readonly type: "left"; readonly detached: boolean };

/** `was killed by SIGKILL`, `ended with code 70` */
export function endWords({ code, signal }: ProcessEnd): string {
  return signal === null ? `ended with code ${code}` : `was killed by ${signal}`;
}
