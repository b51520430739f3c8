#include "media/codec/bpm.h"

#include <algorithm>
#include <array>

#include "base/rfc3339.h"
#include "media/codec/nal.h"

namespace media {
namespace {

using Uuid = std::array<std::uint8_t, 16>;
constexpr Uuid kTimestamps = {0x0A, 0xEC, 0xFF, 0xE7, 0x52, 0x72, 0x4E, 0x2F,
                              0xA6, 0x2F, 0xD1, 0x9C, 0xD6, 0x1A, 0x93, 0xB5};
constexpr Uuid kSession = {0xCA, 0x60, 0xE7, 0x1C, 0x6A, 0x8B, 0x43, 0x88,
                           0xA3, 0x77, 0x15, 0x1D, 0xF7, 0xBF, 0x8A, 0xC2};
constexpr Uuid kRendition = {0xF1, 0xFB, 0xC1, 0xD5, 0x10, 0x1E, 0x4F, 0xB5,
                             0xA6, 0x1E, 0xB8, 0xCE, 0x3C, 0x07, 0xB8, 0xC0};

constexpr std::uint8_t kComposed = 1;
constexpr std::uint8_t kInterleaved = 4;
constexpr std::size_t kLongestTime = 64;  // octets of text
// Sixteen timestamps and sixteen counters with the longest texts are not larger.
constexpr std::size_t kLargestUnit = 2048;
// A picture has no more of these; whoever sends thousands is not listened to.
constexpr int kMostUnits = 64;

bool is(base::ByteSpan uuid, const Uuid& wanted) {
  return std::ranges::equal(uuid, wanted);
}

std::optional<base::WallTime> read_text_time(base::ByteReader& in) {
  const std::size_t longest = std::min(in.remaining(), kLongestTime);
  base::ByteReader ahead = in;
  std::size_t length = 0;
  while (length < longest && ahead.u8() != 0) ++length;
  const std::string_view text = in.text(length);
  if (in.u8() != 0 || !in.ok()) {
    in.set_failed();
    return std::nullopt;
  }
  return base::parse_rfc3339(text);
}

std::optional<base::WallTime> read_time(base::ByteReader& in, std::uint8_t type) {
  constexpr std::uint64_t kLatest = 253'402'300'800'000;  // the year 10,000, in ms
  switch (type) {
    case 1:
      return read_text_time(in);
    case 2: {
      const std::uint64_t milliseconds = in.u64();
      if (milliseconds > kLatest) return std::nullopt;
      return base::WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
    }
    case 3:
      in.skip(8);  // a difference says nothing by itself
      return std::nullopt;
    default:
      in.set_failed();
      return std::nullopt;
  }
}

void read_times(base::ByteReader& in, BpmReport& report) {
  const int count = (in.u8() & 0x0F) + 1;
  for (int i = 0; i < count && in.ok(); ++i) {
    const std::uint8_t type = in.u8();
    const std::uint8_t event = in.u8();
    const std::optional<base::WallTime> time = read_time(in, type);
    if (!time) continue;
    if (event == kComposed) report.composed = time;
    if (event == kInterleaved) report.interleaved = time;
  }
}

/// Calls `take` with each tag and value.
template <class Take>
void read_counters(base::ByteReader& in, Take take) {
  const int count = (in.u8() & 0x0F) + 1;
  for (int i = 0; i < count && in.ok(); ++i) {
    const std::uint8_t tag = in.u8();
    take(tag, in.u32());
  }
}

bool is_sei(Codec codec, base::ByteSpan unit) {
  if (codec == Codec::kHevc) {
    const unsigned type = (unit.front() >> 1) & 0x3FU;
    return type == 39 || type == 40;  // before or behind the slices
  }
  return (unit.front() & 0x1F) == 6;
}

}  // namespace

bool read_bpm_message(base::ByteSpan payload, BpmReport& report) {
  base::ByteReader in(payload);
  const base::ByteSpan uuid = in.bytes(kTimestamps.size());
  BpmReport read = report;
  if (is(uuid, kTimestamps)) {
    read_times(in, read);
  } else if (is(uuid, kSession)) {
    // Its one time is when it was counted: the picture's own say more.
    BpmReport counted;
    read_times(in, counted);
    BpmSession& session = read.session.emplace();
    read_counters(in, [&](std::uint8_t tag, std::uint32_t value) {
      if (tag == 1) session.rendered = value;
      if (tag == 2) session.lagged = value;
      if (tag == 3) session.dropped = value;
      if (tag == 4) session.output = value;
    });
  } else if (is(uuid, kRendition)) {
    BpmReport counted;
    read_times(in, counted);
    BpmRendition& rendition = read.rendition.emplace();
    read_counters(in, [&](std::uint8_t tag, std::uint32_t value) {
      if (tag == 1) rendition.input = value;
      if (tag == 2) rendition.skipped = value;
      if (tag == 3) rendition.output = value;
    });
  } else {
    return false;
  }
  if (!in.ok()) return false;
  report = read;
  return true;
}

std::optional<BpmReport> read_bpm(Codec codec, base::ByteSpan sample) {
  if (codec != Codec::kH264 && codec != Codec::kHevc) return std::nullopt;
  const std::size_t header = codec == Codec::kHevc ? 2 : 1;
  BpmReport report;
  bool told = false;
  LengthPrefixedNals units(sample, 4);
  int looked_at = 0;
  while (const auto unit = units.next()) {
    if (!is_sei(codec, *unit) || unit->size() > kLargestUnit) continue;
    if (++looked_at > kMostUnits) break;
    SeiMessages messages(*unit, header);
    while (const auto message = messages.next()) {
      if (message->type != kSeiUserDataUnregistered) continue;
      told = read_bpm_message(message->payload, report) || told;
    }
  }
  if (!told) return std::nullopt;
  return report;
}

}  // namespace media
