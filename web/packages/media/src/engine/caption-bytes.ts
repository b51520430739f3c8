/**
 * Looks into caption bytes of a video SEI (ATSC A/53 part 4, section 6.2: cc_data) for anything but padding.
 */
export function hasCaptions(bytes: Uint8Array): boolean {
  const count = (bytes[0] ?? 0) & 0x1f;
  for (let i = 0; i < count; ++i) {
    const at = 2 + i * 3;
    if (at + 2 >= bytes.length) return false;
    const head = bytes[at] ?? 0;
    const valid = (head & 4) !== 0;
    const line21 = (head & 3) < 2;
    if (valid && line21 && (((bytes[at + 1] ?? 0) | (bytes[at + 2] ?? 0)) & 0x7f) !== 0)
      return true;
  }
  return false;
}
