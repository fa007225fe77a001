/**
 * The schema of `fieldtape.config.*` that this version writes about. A configuration may name its own; one of a schema to come is refused
 * before a key of it is misread. Every step from one schema to the next has one converter; there has been none yet.
 */
export const CONFIG_SCHEMA = 1;
