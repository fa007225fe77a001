export function diskFailure(code: string): "disk-full" | "io-error" {
  return code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "io-error";
}
