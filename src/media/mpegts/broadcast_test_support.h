// A short broadcast cut into parts and muxed, and a listener that remembers what a demuxer said.
// Test code only.
#pragma once

#include <string>
#include <vector>

#include "media/footage_test_support.h"
#include "media/mpegts/demuxer.h"
#include "media/mpegts/muxer.h"

namespace media::mpegts::testing {

/// Clips of several tracks, cut into parts of equal length.
class Broadcast {
 public:
  /// Parts last `part_duration` (90 kHz); a sample belongs to the part in which its dts lies.
  Broadcast(std::vector<footage::Clip> clips, Ticks part_duration);

  std::size_t part_count() const { return parts_.size(); }
  /// Points into this object.
  Part part(std::size_t index) const;
  std::vector<Track> tracks() const;
  const std::vector<footage::Clip>& clips() const { return clips_; }

 private:
  std::vector<footage::Clip> clips_;
  std::vector<std::vector<TrackSamples>> parts_;
};

/// Every part after the other, tables in front of each.
base::Bytes mux_all(const Muxer& muxer, const Broadcast& broadcast);

/// Everything a demuxer says, in words that are easy to compare.
struct Recorder final : DemuxerListener {
  struct Received {
    std::string track;  // "h264 0"
    Ticks pts = 0;
    Ticks dts = 0;
    bool keyframe = false;
    base::Bytes data;
    bool operator==(const Received&) const = default;
  };

  void on_program(std::size_t videos, std::size_t audios) override;
  void on_track(const Track& track) override;
  void on_sample(const Track& track, Sample sample) override;
  void on_text(Ticks pts, TimedText text) override;
  void on_unsupported(const std::string& what) override { unsupported.push_back(what); }

  /// The samples of one track.
  std::vector<Received> samples_of(const std::string& track) const;
  bool operator==(const Recorder& other) const;

  std::vector<std::string> programs;  // "1 video, 1 audio"
  std::vector<Track> tracks;
  std::vector<Received> samples;
  std::vector<std::string> texts;  // "900000 payload"
  std::vector<std::string> unsupported;
};

}  // namespace media::mpegts::testing
