#include <algorithm>

#include "media/codec/aac.h"
#include "media/codec/mp3.h"
#include "media/mpegts/elementary.h"

namespace media::mpegts {
namespace {

// Gives frames their times: the PTS of a PES packet belongs to the first frame that begins in it
// (section 2.4.3.7), the following ones come a frame's duration later each.
class FrameClock {
 public:
  /// `carried`: a frame that began earlier ends in this packet.
  void on_packet(std::optional<std::uint64_t> pts, bool carried) {
    if (!pts) return;
    if (carried && anchor_) {
      pending_ = pts;
    } else {
      set(*pts);
    }
  }

  /// Time of the next frame; nothing if no PTS has come yet.
  std::optional<Ticks> next(std::uint32_t frame_samples, std::uint32_t sample_rate) {
    if (!anchor_) return std::nullopt;
    const Ticks time = static_cast<Ticks>(*anchor_) + rescale(samples_, sample_rate, 90'000);
    if (pending_) {
      set(*pending_);
    } else {
      samples_ += frame_samples;
    }
    return time & static_cast<Ticks>(kTimestampMask);
  }

  void reset() {
    anchor_.reset();
    pending_.reset();
  }

 private:
  void set(std::uint64_t pts) {
    anchor_ = pts;
    pending_.reset();
    samples_ = 0;
  }

  std::optional<std::uint64_t> anchor_;
  std::optional<std::uint64_t> pending_;
  Ticks samples_ = 0;  // since the anchor
};

void deliver(const Track& track, Ticks time, base::ByteSpan frame, DemuxerListener& listener) {
  Sample sample;
  sample.dts = time;
  sample.pts = time;
  sample.keyframe = true;
  sample.data = base::Slice::copy_of(frame);
  listener.on_sample(track, std::move(sample));
}

class Aac final : public Elementary {
 public:
  explicit Aac(std::uint32_t track_id) : track_id_(track_id) {}

  void on_pes(const PesHeader& header, base::ByteSpan payload, DemuxerListener& listener) override {
    clock_.on_packet(header.pts, splitter_.pending() > 0);
    splitter_.push(payload, [&](const aac::AdtsHeader& adts, base::ByteSpan frame) {
      on_frame(adts, frame, listener);
    });
  }

  void on_gap() override {
    splitter_.reset();
    clock_.reset();
  }

 private:
  void on_frame(const aac::AdtsHeader& adts, base::ByteSpan frame, DemuxerListener& listener) {
    constexpr std::uint32_t kFrameSamples = 1024;
    const std::optional<Ticks> time =
        clock_.next(kFrameSamples * adts.blocks, aac::sample_rate_of(adts.sample_rate_index));
    // Several blocks behind one header have no boundaries that could be seen from outside.
    if (!time || adts.blocks != 1 || !announce(adts, listener)) {
      ++damaged_;
      return;
    }
    deliver(*track_, *time, frame, listener);
  }

  bool announce(const aac::AdtsHeader& adts, DemuxerListener& listener) {
    const base::Bytes config = aac::config_of(adts);
    if (config == config_) return track_.has_value();
    config_ = config;
    auto track = aac::make_track(base::Slice::copy_of(config));
    if (!track) {
      track_.reset();
      listener.on_unsupported("AAC without a channel configuration");
      return false;
    }
    track->id = track_id_;
    track_ = std::move(*track);
    listener.on_track(*track_);
    return true;
  }

  std::uint32_t track_id_;
  aac::AdtsSplitter splitter_;
  FrameClock clock_;
  base::Bytes config_;
  std::optional<Track> track_;
};

class Mp3 final : public Elementary {
 public:
  explicit Mp3(std::uint32_t track_id) : track_id_(track_id) {}

  void on_pes(const PesHeader& header, base::ByteSpan payload, DemuxerListener& listener) override {
    clock_.on_packet(header.pts, !buffer_.empty());
    buffer_.insert(buffer_.end(), payload.begin(), payload.end());
    std::size_t used = 0;
    while (buffer_.size() - used >= mp3::kHeaderSize) {
      const base::ByteSpan rest = base::ByteSpan(buffer_).subspan(used);
      const auto frame = mp3::parse_header(rest);
      if (!frame || frame->frame_size == 0) {
        used += 1;
        if (in_step_) ++damaged_;
        in_step_ = false;
        continue;
      }
      if (rest.size() < frame->frame_size) break;
      in_step_ = true;
      on_frame(*frame, rest.first(frame->frame_size), listener);
      used += frame->frame_size;
    }
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used));
  }

  void on_gap() override {
    buffer_.clear();
    clock_.reset();
    in_step_ = true;
  }

 private:
  void on_frame(const mp3::FrameHeader& header, base::ByteSpan frame, DemuxerListener& listener) {
    const std::optional<Ticks> time = clock_.next(header.frame_samples, header.sample_rate);
    if (!time) {
      ++damaged_;
      return;
    }
    if (!track_ || track_->audio.sample_rate != header.sample_rate ||
        track_->audio.channels != header.channels) {
      track_ = mp3::make_track(header);
      track_->id = track_id_;
      listener.on_track(*track_);
    }
    deliver(*track_, *time, frame, listener);
  }

  std::uint32_t track_id_;
  base::Bytes buffer_;  // less than one frame between packets
  FrameClock clock_;
  bool in_step_ = true;
  std::optional<Track> track_;
};

}  // namespace

std::unique_ptr<Elementary> make_aac(std::uint32_t track_id) {
  return std::make_unique<Aac>(track_id);
}

std::unique_ptr<Elementary> make_mp3(std::uint32_t track_id) {
  return std::make_unique<Mp3>(track_id);
}

}  // namespace media::mpegts
