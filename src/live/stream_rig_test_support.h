// An encoder made of arithmetic, and a Stream that it feeds through a Timeline, watched at every
// part: the rules of parts, segments, cues and playlists are checked as a viewer would notice them.
// Test code only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "live/playlist_lint_test_support.h"
#include "live/stream.h"
#include "live/timeline.h"

namespace live::testing {

inline constexpr TrackKey kVideoKey{media::TrackKind::kVideo, 0};
inline constexpr TrackKey kAudioKey{media::TrackKind::kAudio, 0};

media::Track video_track(double frame_rate, std::uint32_t width = 1280, std::uint32_t height = 720);
media::Track audio_track();

struct EncoderSettings {
  double rate = 30;
  double gop = 2;           // seconds between keyframes
  bool scene_cuts = false;  // keyframes anywhere, at most `gop` apart
  bool b_frames = false;
  bool variable_rate = false;  // 16 to 90 ms between pictures, no rate announced
  bool audio = true;
  double audio_lag = 0;  // sound arrives later than pictures of the same time (or earlier)
  std::uint32_t width = 1280;
};

/// Makes samples as RTMP would bring them, in the order of their arrival.
class Encoder {
 public:
  struct Output {
    TrackKey key;
    media::Sample sample;  // microseconds, rounded to milliseconds
    double time = 0;       // media time in seconds, from the start of this encoder
  };
  Encoder(EncoderSettings settings, double source_start, unsigned seed);
  Output next();
  double arrival() const;  // of what next() will return, seconds
  /// The source clock jumps.
  void jump(double seconds) { source_start_ += seconds; }
  const EncoderSettings& settings() const { return settings_; }

 private:
  void plan_picture();

  EncoderSettings settings_;
  double source_start_;
  std::minstd_rand random_;
  std::uint64_t pictures_ = 0;
  std::uint64_t sounds_ = 0;
  std::uint64_t serial_ = 0;
  double picture_at_ = 0;
  double last_key_ = 0;
  double next_key_ = 0;
  std::uint64_t group_at_ = 0;
};

class StreamRig {
 public:
  explicit StreamRig(PackagingSettings packaging, unsigned seed = 1);

  /// A publisher begins, or comes back, or takes over.
  void publish(EncoderSettings settings, double source_start = 1000);
  /// Runs the encoder for so much of its time.
  void run(double seconds);
  /// As run(), but what `drop` names gets lost on the way.
  void run_dropping(double seconds, std::optional<TrackKey> drop);
  void jump(double seconds) { encoder_->jump(seconds); }
  /// Nothing arrives for a while; then what was made in the meantime comes at once.
  void stall(double seconds) { lateness_ = seconds; }
  void catch_up() { lateness_ = 0; }
  void lose(double away);
  void change_picture(std::uint32_t width);
  void finish();
  void cue(const std::string& payload);

  const std::vector<std::string>& problems() const { return problems_; }
  std::string problem_text() const;

  struct Seen {
    std::shared_ptr<const Part> part;
    bool closed_at_once = false;  // inside the add() of its last leading frame
    double date_error = 0;        // arrival against the date of its end, seconds
  };
  /// Every part of a rendition, in order.
  const std::vector<Seen>& parts(const std::string& rendition) const {
    return parts_.at(rendition);
  }
  const std::map<std::uint64_t, std::shared_ptr<const Segment>>& segments(
      const std::string& rendition) const {
    return segments_.at(rendition);
  }
  PlaylistLint& lint(const std::string& rendition, Container container) {
    return lints_.at({rendition, container});
  }
  bool has(const std::string& rendition) const { return parts_.contains(rendition); }
  Stream& stream() { return stream_; }
  double wall() const { return wall_; }
  /// Serial numbers of samples that were given to the stream once it had started.
  const std::set<std::uint64_t>& given(TrackKey key) const { return given_.at(key); }
  /// Serial numbers found in parts.
  std::vector<std::uint64_t> found(const std::string& rendition, std::size_t index) const;
  /// Mux every part in both containers too.
  void mux_all(bool on) { mux_ = on; }
  /// Reads only every so many playlists, and those around breaks.
  void lint_every(unsigned count) { lint_every_ = count; }

 private:
  void step(std::optional<TrackKey> drop);
  void look(std::uint64_t serial, bool from_video);
  void look_at_reports(const ChannelSnapshot& snapshot, const Window& window);
  void look_at(const std::shared_ptr<const Window>& window, std::uint64_t serial);
  void problem(std::string what);
  base::WallTime now() const;
  void tell_tracks(const EncoderSettings& settings);

  PackagingSettings packaging_;
  unsigned seed_;
  Stream stream_;
  std::optional<Encoder> encoder_;
  std::optional<Timeline> timeline_;
  double wall_ = 1'780'000'000;
  double encoder_wall_ = 0;
  double lateness_ = 0;
  std::uint64_t serial_base_ = 0;
  bool broke_ = false;
  bool mux_ = false;
  unsigned lint_every_ = 1;
  std::map<std::string, unsigned> looks_;
  std::vector<std::string> problems_;
  std::map<std::string, std::vector<Seen>> parts_;
  std::map<std::string, std::map<std::uint64_t, std::shared_ptr<const Segment>>> segments_;
  std::map<std::string, PartPosition> promised_;
  std::map<std::string, std::shared_ptr<const Window>> windows_;
  std::map<std::pair<std::string, Container>, PlaylistLint> lints_;
  std::map<TrackKey, std::set<std::uint64_t>> given_;
};

std::uint64_t serial_of(const media::Sample& sample);

}  // namespace live::testing
