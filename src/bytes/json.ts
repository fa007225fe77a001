/** Any JSON value, as data that nobody changes. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A JSON object. A key whose value is `undefined` is not written. */
export type JsonObject = { readonly [key: string]: Json | undefined };
