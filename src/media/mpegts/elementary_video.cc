#include "media/codec/nal.h"
#include "media/mpegts/elementary.h"
#include "media/mpegts/parameter_sets.h"

namespace media::mpegts {
namespace {

class Video final : public Elementary {
 public:
  Video(Codec codec, std::uint32_t track_id) : track_id_(track_id), sets_(codec) {}

  void on_pes(const PesHeader& header, base::ByteSpan payload, DemuxerListener& listener) override {
    // Four bytes of length for each start code of three: a few bytes more than came in.
    constexpr std::size_t kSlack = 64;
    base::ByteWriter sample_bytes(payload.size() + kSlack);
    bool has_picture = false;
    AnnexBNals nals(payload);
    while (const auto nal = nals.next()) {
      const ParameterSets::Kind kind = sets_.kind_of(*nal);
      if (kind == ParameterSets::Kind::kParameters) sets_.add(*nal);
      if (kind == ParameterSets::Kind::kPicture) has_picture = true;
      if (kind == ParameterSets::Kind::kPicture || kind == ParameterSets::Kind::kOther) {
        sample_bytes.u32(static_cast<std::uint32_t>(nal->size()));
        sample_bytes.bytes(*nal);
      }
    }
    if (sets_.is_ready()) announce(listener);
    if (!has_picture) return;
    if (!header.pts || !track_) {
      ++damaged_;
      return;
    }
    Sample sample;
    sample.pts = static_cast<Ticks>(*header.pts);
    sample.dts = static_cast<Ticks>(header.dts.value_or(*header.pts));
    sample.keyframe = sets_.is_keyframe(sample_bytes.span());
    sample.data = base::Slice::take(sample_bytes.take());
    listener.on_sample(*track_, std::move(sample));
  }

 private:
  void announce(DemuxerListener& listener) {
    auto track = sets_.make_track();
    if (!track) {
      ++damaged_;
      return;
    }
    track->id = track_id_;
    if (track_ && *track_ == *track) return;
    track_ = std::move(*track);
    listener.on_track(*track_);
  }

  std::uint32_t track_id_;
  ParameterSets sets_;
  std::optional<Track> track_;
};

}  // namespace

std::unique_ptr<Elementary> make_video(Codec codec, std::uint32_t track_id) {
  return std::make_unique<Video>(codec, track_id);
}

}  // namespace media::mpegts
