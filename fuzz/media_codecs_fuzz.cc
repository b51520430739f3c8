// The small formats: VP9, MP3, Opus, FLAC.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/codec/flac.h"
#include "media/codec/mp3.h"
#include "media/codec/opus.h"
#include "media/codec/vp9.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Slice bytes = base::Slice::copy_of(base::ByteSpan(data, size));
  (void)media::vp9::make_track(bytes);
  (void)media::vp9::parse_frame_header(bytes.span());
  if (const auto header = media::mp3::parse_header(bytes.span())) {
    CHECK(header->sample_rate > 0 && header->channels > 0);
  }
  (void)media::opus::make_track(bytes);
  (void)media::opus::packet_samples(bytes.span());
  if (const auto dops = media::opus::dops_from_head(bytes.span())) {
    const auto head = media::opus::head_from_dops(*dops);
    CHECK(head && media::opus::dops_from_head(*head).value() == *dops);
  }
  (void)media::flac::make_track(bytes);
  if (const auto samples = media::flac::frame_samples(bytes.span())) CHECK(*samples <= 65'536);
  return 0;
}
