/** Whose inputs and outputs those of an update session are, on a tape; and the subject that it is played into. */
export const UPDATER = "updater";
