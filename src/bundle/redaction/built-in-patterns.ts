/** A pattern of secrets. */
export interface BuiltInPattern {
  /** RE2 syntax. If it has a group, the secret is what the first group that takes part matches. */
  readonly source: string;
  /** Text in which none of these stands (lower case, the text too) has no match: most text is passed over by this alone. */
  readonly needs: readonly string[];
}

/** Secrets that are known by how they look, by name. Each has a sample in the tests. */
export const BUILT_IN_PATTERNS: Readonly<Record<string, BuiltInPattern>> = {
  /** `password=…`, `"deviceSecret": "…"`, `api-key: …` */
  password: {
    source: `(?i)(?:passw(?:or)?d|passphrase|passcode|pwd|secret|api[_-]?key|access[_-]?key|token)\\\\?["']?[ \\t]{0,4}[=:][ \\t]{0,4}\\\\?["']?([^\\s"'&;,<>\\\\]{3,})`,
    needs: ["passw", "passphrase", "passcode", "pwd", "secret", "key", "token"],
  },
  /** FTP, SMTP, POP3, IRC and their kind: `PASS …` on a line of its own. */
  "pass-command": { source: "(?im)^PASS ([^\\r\\n]{3,})", needs: ["pass "] },
  /** RFC 6750, RFC 7617. */
  authorization: {
    source: `(?i)(?:\\bauthorization\\\\?["']?[ \\t]{0,4}[:=][ \\t]{0,4}\\\\?["']?(?:[a-z]{1,16}[ \\t]{1,4})?|\\bbearer[ \\t]{1,4})([A-Za-z0-9._~+/=-]{6,})`,
    needs: ["authorization", "bearer"],
  },
  /** RFC 7519 */
  jwt: { source: "\\beyJ[A-Za-z0-9_-]{6,}\\.[A-Za-z0-9_-]{4,}\\.[A-Za-z0-9_-]*", needs: ["eyj"] },
  "cloud-key": {
    source: "\\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[0-9A-Z]{16}\\b|\\bLTAI[A-Za-z0-9]{12,28}\\b|\\bAIza[A-Za-z0-9_-]{35}",
    needs: ["akia", "asia", "agpa", "aida", "aroa", "ltai", "aiza"],
  },
  /** What signs an URL of an object store. */
  "signed-url": {
    source: `(?i)[?&](?:signature|ossaccesskeyid|security-token|x-(?:amz|oss)-(?:signature|credential|security-token)|awsaccesskeyid|googleaccessid|sig|auth|key)=([^\\s&"'<>#\\\\]{3,})`,
    needs: ["sig", "auth", "key", "security-token", "credential", "accessid"],
  },
  /** User and password in an URL. */
  "url-credentials": { source: `(?i)\\b[a-z][a-z0-9+.-]{1,20}://([^\\s/@"'<>\\\\]+)@`, needs: ["://"] },
  /** RFC 7468; open at its end, so that one that goes on in a later read is known. */
  "private-key": {
    source: `-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----((?:[A-Za-z0-9+/=:, \\r\\n\\t]|\\\\[nr])*)`,
    needs: ["private key"],
  },
  "age-key": { source: "\\bAGE-SECRET-KEY-1[0-9A-Z]{40,}", needs: ["age-secret-key"] },
  "platform-token": {
    source: "\\b(?:gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|glpat-[A-Za-z0-9_-]{20,64})",
    needs: ["gh", "xox", "glpat"],
  },
  email: {
    source: "\\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+",
    needs: ["@"],
  },
};
