/** Whose inputs and outputs those of an update session are, on a tape; and the subject that it is played into. */
export const UPDATER = "updater";
/** The subject that simulates what is around the updater. */
export const UPDATER_WORLD = "updater-world";
