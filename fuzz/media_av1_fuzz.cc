// Any bytes as an av1C, a temporal unit and a sequence header.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/codec/av1.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Slice bytes = base::Slice::copy_of(base::ByteSpan(data, size));
  (void)media::av1::make_track(bytes);
  (void)media::av1::parse_sequence_header(bytes.span());
  if (const auto config = media::av1::build_config(bytes.span())) {
    CHECK(media::av1::make_track(base::Slice::copy_of(*config)));
  }
  if (const auto unit = media::av1::without_temporal_delimiters(bytes)) {
    CHECK(unit->size() <= bytes.size());
    const auto again = media::av1::without_temporal_delimiters(*unit);
    CHECK(again && again->size() == unit->size());
  }
  return 0;
}
