/**
 * `signature.sig`, `signatures/<sha256 of F>.sig`: who signed a file. What is signed is the SHA-256 of the file's raw bytes, under
 * this one name (`ed25519-sha256`); a key never signs anything in another form.
 */
export type SignatureFile = readonly KeySignature[];

export interface KeySignature {
  readonly keyid: string;
  readonly alg: "ed25519-sha256";
  /** 64 bytes, lower-case hex. */
  readonly sig: string;
}

/** A file as it came, with the signature file that came beside it. Nothing of either is believed yet. */
export interface SignedFile {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}
