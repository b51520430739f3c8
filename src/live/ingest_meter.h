// What a publisher has sent over the last whole seconds: bits, pictures, media time. `now` is an
// argument; a sample costs a few additions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace live {

class IngestMeter {
 public:
  static constexpr int kSeconds = 10;

  struct Amount {
    std::uint64_t video_bytes = 0;
    std::uint64_t audio_bytes = 0;
    std::uint32_t pictures = 0;  // of the main video track
    std::int64_t media = 0;      // media time of the main video track, in whatever unit

    void operator+=(const Amount& other) {
      video_bytes += other.video_bytes;
      audio_bytes += other.audio_bytes;
      pictures += other.pictures;
      media += other.media;
    }
  };

  /// Returns true if this is the first of its second: averages have changed.
  bool add(const Amount& amount, base::MonotonicTime now);

  struct Rates {
    std::uint64_t video = 0;  // bit/s
    std::uint64_t audio = 0;
    double frame_rate = 0;  // pictures a second
    std::uint64_t total() const { return video + audio; }
  };
  /// Averages over the last whole seconds, at most `seconds` (up to kSeconds), and without what
  /// came before the meter began. Nothing before half a second has been measured.
  std::optional<Rates> rates(base::MonotonicTime now, int seconds = kSeconds) const;
  /// Media time that came in the last `seconds` (up to kSeconds) whole seconds; nothing before the
  /// first of them has been measured whole.
  std::optional<std::int64_t> media(int seconds, base::MonotonicTime now) const;
  /// True once kSeconds whole seconds have been measured: what came at once at the beginning, as
  /// encoders send what they have gathered, is not among them then.
  bool is_full(base::MonotonicTime now) const;

 private:
  static std::int64_t second_of(base::MonotonicTime now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  }
  Amount& slot(std::int64_t second) {
    return slots_[static_cast<std::size_t>(second % (kSeconds + 1))];
  }
  Amount sum(std::int64_t from, std::int64_t to) const;

  std::array<Amount, kSeconds + 1> slots_{};
  base::MonotonicTime began_{};
  std::int64_t first_ = -1;
  std::int64_t last_ = -1;
};

}  // namespace live
