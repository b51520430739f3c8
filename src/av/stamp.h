// The wall clock in the picture for machines: 48 bits of milliseconds since 1970 and 8 bits of
// checksum as white (1) and black (0) blocks. Survives encoding and a screenshot, so that a test
// can tell how old a displayed frame is.
//
// Layout, in pixels of the card: two rows of 28 blocks of 16x16, most significant bit first, the
// upper left corner at (16, height - 48). The checksum is CRC-8 (polynomial 0x07, start 0xFF) of
// the six time octets, most significant first.
#pragma once

#include <cstdint>
#include <optional>

#include "av/picture.h"
#include "base/time.h"

namespace av {

inline constexpr int kStampBlock = 16;
inline constexpr int kStampColumns = 28;
inline constexpr int kStampRows = 2;
inline constexpr int kStampLeft = 16;
inline constexpr int kStampBottom = 48;  // from the picture's lower edge to the stamp's upper one

/// The 56 bits, checksum lowest. Times outside 1970 to the year 10889 do not occur.
std::uint64_t encode_stamp(base::WallTime time);
/// The time of 56 bits, or nothing if the checksum is wrong.
std::optional<base::WallTime> decode_stamp(std::uint64_t bits);

/// Draws the stamp; the picture must be at least 480 wide and 64 high.
void draw_stamp(Picture& picture, base::WallTime time);
/// Reads a stamp that draw_stamp drew on a picture of the same size, maybe blurred by a codec.
std::optional<base::WallTime> read_stamp(const Picture& picture);

}  // namespace av
