// Any bytes as an hvcC, an SPS, a sample, and as a byte stream of either codec.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/codec/annexb.h"
#include "media/codec/hevc.h"
#include "media/codec/nal.h"

namespace {

void read_stream(media::Codec codec, base::ByteSpan bytes) {
  media::AnnexBReader reader(codec);
  // Twice, so that sets of the first round meet pictures of the second.
  for (int round = 0; round < 2; ++round) {
    const auto unit = reader.read(bytes);
    if (!unit) continue;
    media::LengthPrefixedNals nals(unit->data.span(), 4);
    while (nals.next()) {
    }
    CHECK(nals.ok());
    CHECK(!unit->track_changed || reader.track());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan bytes(data, size);
  if (const auto track = media::hevc::make_track(base::Slice::copy_of(bytes))) {
    CHECK(track->video.width > 0 && track->video.height > 0);
    const auto config = media::hevc::parse_decoder_config(track->config.span());
    CHECK(config && config->length_size == 4);
    if (!config->pps.empty()) {
      const auto built = media::hevc::build_decoder_config(config->vps, config->sps, config->pps);
      CHECK(built && media::hevc::make_track(base::Slice::copy_of(*built)));
    }
  }
  (void)media::hevc::parse_sps(bytes);
  (void)media::hevc::is_keyframe(bytes);
  read_stream(media::Codec::kH264, bytes);
  read_stream(media::Codec::kHevc, bytes);
  return 0;
}
