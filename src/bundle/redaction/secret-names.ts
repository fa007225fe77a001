/** Words that name a secret, as members of JSON, keys of a configuration and variables of an environment have them. */
const SECRET_NAME =
  /(?:^|[^a-z])(?:passw(?:or)?d|passwd|passphrase|passcode|pwd|pin|secret|token|bearer|credentials?|authorization|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|signing[-_ ]?key|secret[-_ ]?key|redaction[-_ ]?key)s?(?:$|[^a-z])/;

/** Whether a member of this name holds a secret: `password`, `uploadToken`, `MQTT_PASSWORD`, `deviceSecret`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase());
}
