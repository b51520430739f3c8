// Any bytes as an AudioSpecificConfig, and as an ADTS stream cut at a place the bytes choose.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/codec/aac.h"

namespace {

struct Summary {
  std::size_t frames = 0;
  std::size_t payload = 0;
  std::uint64_t skipped = 0;
  bool operator==(const Summary&) const = default;
};

Summary split(base::ByteSpan stream, std::size_t at) {
  media::aac::AdtsSplitter splitter;
  Summary summary;
  const auto sink = [&summary](const media::aac::AdtsHeader& header, base::ByteSpan payload) {
    ++summary.frames;
    summary.payload += payload.size();
    (void)media::aac::parse_config(media::aac::config_of(header));
  };
  splitter.push(stream.first(at), sink);
  splitter.push(stream.subspan(at), sink);
  CHECK(splitter.pending() <= 8191 + media::aac::kAdtsHeaderSize);
  summary.skipped = splitter.skipped();
  return summary;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan bytes(data, size);
  if (const auto config = media::aac::parse_config(bytes)) {
    CHECK(config->channels > 0 && config->sample_rate > 0 && config->frame_samples > 0);
  }
  if (size > 0) CHECK(split(bytes, 0) == split(bytes, data[0] % size));
  return 0;
}
