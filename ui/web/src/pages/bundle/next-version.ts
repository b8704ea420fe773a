/** The version after `version`: its last number counted up. */
export function nextVersion(version: string): string {
  const match = /^(.*?)(\d+)(\D*)$/.exec(version);
  if (match === null) return `${version}-2`;
  const [, head = "", digits = "0", tail = ""] = match;
  return `${head}${BigInt(digits) + 1n}${tail}`;
}
