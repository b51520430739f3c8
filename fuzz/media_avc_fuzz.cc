// Any bytes as an avcC, as H.264 samples in both framings, and as an SPS.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "base/slice.h"
#include "media/codec/h264.h"
#include "media/codec/nal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan bytes(data, size);
  if (const auto track = media::h264::make_track(base::Slice::copy_of(bytes))) {
    CHECK(track->video.width > 0 && track->video.height > 0);
    const auto config = media::h264::parse_decoder_config(track->config.span());
    CHECK(config && config->length_size == 4);
    const auto built = media::h264::build_decoder_config(config->sps, config->pps);
    CHECK(built && media::h264::make_track(base::Slice::copy_of(*built)));
  }
  (void)media::h264::parse_sps(bytes);
  (void)media::h264::random_access(bytes);
  media::AnnexBNals units(bytes);
  while (const auto unit = units.next()) {
    CHECK(!unit->empty());
    media::SeiMessages messages(*unit, 1);
    while (const auto message = messages.next()) (void)media::caption_bytes(*message);
  }
  for (const unsigned length_size : {1U, 2U, 4U}) {
    (void)media::with_four_byte_lengths(base::Slice::copy_of(bytes), length_size);
  }
  CHECK(media::remove_emulation_prevention(media::add_emulation_prevention(bytes)) ==
        base::Bytes(bytes.begin(), bytes.end()));
  return 0;
}
