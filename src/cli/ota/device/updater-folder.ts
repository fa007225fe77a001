/** Below an installation, outside the versions: the external updater, its log and what came of its last run. */
export const UPDATER_FOLDER = "updater";
export const RESULT_FILE = `${UPDATER_FOLDER}/result.json`;
