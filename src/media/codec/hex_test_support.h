// Bytes written as hexadecimal digits in tests; blanks are allowed between them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "base/slice.h"

namespace media::testing {

inline base::Bytes from_hex(std::string_view text) {
  const auto digit = [](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    CHECK(c >= 'a' && c <= 'f');
    return static_cast<unsigned>(c - 'a') + 10;
  };
  base::Bytes out;
  unsigned high = 0;
  bool half = false;
  for (const char c : text) {
    if (c == ' ') continue;
    if (half) {
      out.push_back(static_cast<std::uint8_t>(high << 4 | digit(c)));
    } else {
      high = digit(c);
    }
    half = !half;
  }
  CHECK(!half);
  return out;
}

inline base::Slice slice_of(std::string_view hex) {
  return base::Slice::take(from_hex(hex));
}

// Decoder configurations as ffmpeg 5.1 (libx264, its AAC encoder) writes them.
inline constexpr std::string_view kAvccHigh180 =  // 320x180, 30 fps, B-frames
    "0164000dffe1001a6764000dacd941419f9f0110000003001000000303c0f142996001000668ebe3cb22c0fdf8f80"
    "0";
inline constexpr std::string_view kAvccMain1080 =  // 1920x1080, 30 fps, no B-frames
    "014d4028ffe1001a674d4028d900780227e5c044000003000400000300f03c60c92001000568ebc3cb20";
inline constexpr std::string_view kAvccBaseline =  // 320x180, 25 fps
    "0142c00cffe100196742c00cd901419f9f011000000300100000030320f142a48001000568cb83cb20";
inline constexpr std::string_view kAvccHigh10 =  // 320x180, 25 fps, 10 bits
    "016e000cffe1001a676e000ca6cd941419f9f011000003000100000300320f14299601000668ebe3cb22c0fdfafa0"
    "0";
inline constexpr std::string_view kHvccMain1080 =  // libx265: 1920x1080, 25 fps, B-frames
    "01016000000090000000000078f000fcfdf8f800000f03a00001001840010c01ffff01600000030090000003000003"
    "00"
    "78959809a10001002a420101016000000300900000030000030078a003c08010e596566924caf01680800000030080"
    "00"
    "000c84a2000100074401c172b46240";
inline constexpr std::string_view kHvccMain10 =  // libx265: 640x360, 30000/1001 fps, no B-frames
    "0102200000009000000000003ff000fcfdfafa00000f03a00001001840010c01ffff02200000030090000003000003"
    "00"
    "3f928090a10001002842010102200000030090000003000003003fa00502016936592a4932bc05a02000007d20000e"
    "a6"
    "01a2000100074401c172b46240";
inline constexpr std::string_view kAv1cMain =
    "81010c000a0b0000000cc4ff6736be4010";                         // libaom, 640x360
inline constexpr std::string_view kAscLcStereo48 = "119056e500";  // SBR said to be absent
inline constexpr std::string_view kAscLcStereo44 = "1210";

}  // namespace media::testing
