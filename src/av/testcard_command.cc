#include "av/testcard_command.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <utility>

#include "av/lifetime.h"
#include "av/rtmp_publisher.h"
#include "av/test_card.h"
#include "av/timeline.h"
#include "av/tone.h"
#include "base/log.h"

namespace av {
namespace {

constexpr std::int64_t kAudioBitrate = 96'000;
constexpr base::Duration kFirstPause = std::chrono::milliseconds(250);
constexpr base::Duration kLongestPause = std::chrono::seconds(5);
constexpr base::Duration kGoodRun = std::chrono::seconds(10);

base::WallTime wall_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

struct Counts {
  std::uint64_t frames = 0;
  std::int64_t left_out = 0;
};

// One connection: from connecting to the end of it. Returns without error only when it is time to
// end the program.
class Broadcast {
 public:
  Broadcast(const TestcardOptions& options, Lifetime& lifetime, TestCard& card, Counts& counts)
      : options_(options), lifetime_(lifetime), card_(card), counts_(counts) {}

  base::Expected<void> run() {
    auto video = VideoEncoder::create(options_.video);
    if (!video) return base::fail(std::move(video.error()));
    auto audio = AudioEncoder::create(kAudioBitrate);
    if (!audio) return base::fail(std::move(audio.error()));
    auto publisher = RtmpPublisher::connect(
        {.url = options_.url, .interrupted = [this] { return lifetime_.is_over(); }},
        video->context(), audio->context());
    if (!publisher) {
      if (lifetime_.is_over()) return {};
      return base::fail(std::move(publisher.error()));
    }
    base::log_info("test card published", {{"width", options_.video.width},
                                           {"height", options_.video.height},
                                           {"frame_rate", options_.video.frame_rate}});
    auto sent = send_frames(*video, *audio, *publisher);
    return sent || lifetime_.is_over() ? base::Expected<void>{} : sent;
  }

 private:
  base::Expected<void> send_frames(VideoEncoder& video, AudioEncoder& audio,
                                   RtmpPublisher& publisher) {
    Timeline timeline(wall_now(), options_.video.frame_rate, options_.video.group_seconds);
    for (;;) {
      while (!lifetime_.is_over() && wall_now() < timeline.due()) {
        lifetime_.wait_until(timeline.due());
      }
      if (lifetime_.is_over()) return {};
      if (auto sent = send_audio(timeline, audio, publisher); !sent) return sent;
      if (auto sent = send_picture(timeline, video, publisher); !sent) return sent;
      counts_.left_out += timeline.advance(wall_now());
    }
  }

  base::Expected<void> send_picture(const Timeline& timeline, VideoEncoder& video,
                                    RtmpPublisher& publisher) {
    // The clock in the picture is the time of drawing, not of the grid: what a viewer reads there
    // is the true age of the picture.
    card_.update(wall_now(), counts_.frames++, timeline.flashes());
    return video.encode(
        card_.picture(), timeline.pts(),
        timeline.is_keyframe() ? FrameKind::kKeyframe : FrameKind::kAny,
        [&](AVPacket& packet) { return publisher.send(RtmpPublisher::Kind::kVideo, packet); });
  }

  base::Expected<void> send_audio(Timeline& timeline, AudioEncoder& audio,
                                  RtmpPublisher& publisher) {
    for (; timeline.audio_due(); timeline.take_audio()) {
      std::array<float, kAudioFrameSamples> samples{};
      fill_tone(timeline.audio_sample(), samples);
      auto sent = audio.encode(samples, timeline.audio_pts(), [&](AVPacket& packet) {
        return publisher.send(RtmpPublisher::Kind::kAudio, packet);
      });
      if (!sent) return sent;
    }
    return {};
  }

  const TestcardOptions& options_;
  Lifetime& lifetime_;
  TestCard& card_;
  Counts& counts_;
};

// CPU time of this program over wall time, in percent of one core.
double cpu_percent(base::Duration elapsed) {
  rusage usage = {};
  (void)getrusage(RUSAGE_SELF, &usage);  // cannot fail with these arguments
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return 100 * (seconds(usage.ru_utime) + seconds(usage.ru_stime)) /
         std::chrono::duration<double>(elapsed).count();
}

}  // namespace

int run_testcard(TestcardOptions options) {
  silence_libav();
  const bool url_on_input = options.url.empty();
  Lifetime lifetime(url_on_input ? Lifetime::Input::kWatched : Lifetime::Input::kIgnored,
                    options.duration);
  if (url_on_input) options.url = read_input_line();
  if (!options.url.starts_with("rtmp://") && !options.url.starts_with("rtmps://")) {
    base::log_error("standard input holds no rtmp:// or rtmps:// URL");
    return 2;
  }
  TestCard card(options.video.width, options.video.height);
  Counts counts;
  const auto start = std::chrono::steady_clock::now();
  base::Duration pause = kFirstPause;
  while (!lifetime.is_over()) {
    const auto attempt = std::chrono::steady_clock::now();
    const auto ended = Broadcast(options, lifetime, card, counts).run();
    if (ended) break;
    const auto now = std::chrono::steady_clock::now();
    if (now - attempt > kGoodRun) pause = kFirstPause;
    base::log_warn("test card interrupted",
                   {{"reason", ended.error().message},
                    {"retry_in_ms", std::chrono::round<std::chrono::milliseconds>(pause).count()}});
    const auto again = wall_now() + std::chrono::floor<std::chrono::microseconds>(pause);
    while (!lifetime.is_over() && wall_now() < again) lifetime.wait_until(again);
    pause = std::min(pause * 2, kLongestPause);
  }
  base::log_info("test card ended",
                 {{"frames", counts.frames},
                  {"left_out", counts.left_out},
                  {"cpu_percent", cpu_percent(std::chrono::steady_clock::now() - start)}});
  return 0;
}

}  // namespace av
