#include "av/measure_command.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <fmt/format.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "av/encoder.h"
#include "av/libav.h"
#include "av/scenery.h"
#include "av/transcoder.h"
#include "av/video_decoder.h"
#include "media/codec/annexb.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;
namespace pipe = media::pipe;

constexpr int kPictures = 60;  // two seconds, played again and again
constexpr media::Ticks kDistance = 3000;
constexpr VideoSettings kSource{.width = 1280, .height = 720, .frame_rate = 30};

struct Source {
  media::Track track;
  std::vector<media::Sample> samples;
};

base::Expected<Source> make_source() {
  auto encoder = VideoEncoder::create(kSource);
  if (!encoder) return fail(std::move(encoder.error()));
  media::AnnexBReader reader(media::Codec::kH264);
  const AVCodecContext& context = encoder->context();
  auto sets = reader.read({context.extradata, static_cast<std::size_t>(context.extradata_size)});
  if (!sets) return fail(std::move(sets.error()));
  if (!reader.track()) return fail(ErrorCode::kMalformed, "the encoder gives no parameter sets");
  Source source{.track = *reader.track(), .samples = {}};
  Scenery scenery(kSource.width, kSource.height);
  Picture picture(kSource.width, kSource.height);
  for (int i = 0; i < kPictures; ++i) {
    scenery.draw(i, picture);
    auto encoded = encoder->encode(
        picture, i, i == 0 ? FrameKind::kKeyframe : FrameKind::kAny,
        [&](AVPacket& packet) -> base::Expected<void> {
          auto unit = reader.read({packet.data, static_cast<std::size_t>(packet.size)});
          if (!unit) return fail(std::move(unit.error()));
          source.samples.push_back({.dts = packet.pts * kDistance,
                                    .pts = packet.pts * kDistance,
                                    .duration = kDistance,
                                    .keyframe = (packet.flags & AV_PKT_FLAG_KEY) != 0,
                                    .data = unit->data});
          return {};
        });
    if (!encoded) return fail(std::move(encoded.error()));
  }
  return source;
}

double cpu_seconds() {
  timespec now = {};
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);  // cannot fail
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Feeds the source over and over for that long; CPU seconds of one second of the source.
template <class Feed>
base::Expected<double> time_it(const Source& source, double seconds, Feed&& feed) {
  const double begin = cpu_seconds();
  std::int64_t rounds = 0;
  do {
    for (media::Sample sample : source.samples) {
      sample.dts += rounds * kPictures * kDistance;
      sample.pts = sample.dts;
      if (auto fed = feed(sample); !fed) return fail(std::move(fed.error()));
    }
    ++rounds;
  } while (cpu_seconds() - begin < seconds);
  const double played = static_cast<double>(rounds) * kPictures / kSource.frame_rate;
  return (cpu_seconds() - begin) / played;
}

pipe::TranscodeJob job_of(const EncoderChoice& choice) {
  pipe::TranscodeJob job;
  job.video = {{.id = 0, .width = 852, .height = 480, .bitrate = 1'400'000},
               {.id = 1, .width = 640, .height = 360, .bitrate = 700'000},
               {.id = 2, .width = 284, .height = 160, .bitrate = 230'000}};
  job.encoder = choice.name;
  job.preset = choice.preset;
  return job;
}

double megapixels(std::uint32_t width, std::uint32_t height) {
  return static_cast<double>(width) * height * kSource.frame_rate / 1e6;
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

bool is_plain_name(std::string_view word) {
  return !word.empty() && word.size() <= 64 && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

}  // namespace

const std::string_view kMeasureUsage =
    "rostrum-av measure [--seconds N] [--encoder NAME] [--preset NAME]\n"
    "  prints what making renditions costs on this machine\n";

base::Expected<MeasureOptions> parse_measure_options(std::span<const std::string_view> words) {
  MeasureOptions options;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const std::string_view value = i + 1 < words.size() ? words[i + 1] : "";
    if (words[i] == "--seconds") {
      const auto [end, code] =
          std::from_chars(value.data(), value.data() + value.size(), options.seconds);
      if (code != std::errc() || end != value.data() + value.size() || options.seconds < 1 ||
          options.seconds > 60) {
        return fail(ErrorCode::kInvalid, "--seconds must be from 1 to 60");
      }
    } else if (words[i] == "--encoder" || words[i] == "--preset") {
      if (!is_plain_name(value)) {
        return fail(ErrorCode::kInvalid, std::string(words[i]) + " needs a name");
      }
      (words[i] == "--encoder" ? options.encoder.name : options.encoder.preset) = value;
    } else {
      return fail(ErrorCode::kInvalid, "unknown option " + std::string(words[i].substr(0, 32)));
    }
  }
  return options;
}

base::Expected<Cost> measure_cost(const MeasureOptions& options) {
  constexpr double kForDecoding = 0.2;
  const pipe::TranscodeJob job = job_of(options.encoder);
  auto transcoder = Transcoder::create(
      job, [](const pipe::Message&) { return base::Expected<void>{}; }, [](std::string_view) {});
  if (!transcoder) return fail(std::move(transcoder.error()));
  const auto source = make_source();
  if (!source) return fail(source.error());
  auto decoder = VideoDecoder::create(source->track);
  if (!decoder) return fail(std::move(decoder.error()));
  const auto drop = [](const AVFrame&, const PictureInfo&) { return base::Expected<void>{}; };
  const auto decoding =
      time_it(*source, options.seconds * kForDecoding,
              [&](const media::Sample& sample) { return decoder->decode(sample, drop); });
  if (!decoding) return fail(decoding.error());

  if (auto told = transcoder->handle(pipe::SourceTrack{source->track}); !told) {
    return fail(std::move(told.error()));
  }
  const auto all =
      time_it(*source, options.seconds * (1 - kForDecoding), [&](const media::Sample& sample) {
        return transcoder->handle(pipe::SourceSample{media::TrackKind::kVideo, 0, sample});
      });
  if (!all) return fail(all.error());

  double made = 0;
  for (const pipe::VideoOutput& output : job.video) {
    made += megapixels(output.width, output.height);
  }
  return Cost{.decode = *decoding / megapixels(kSource.width, kSource.height),
              .encode = std::max(0.0, *all - *decoding) / made};
}

int run_measure(const MeasureOptions& options) {
  silence_libav();
  const auto cost = measure_cost(options);
  if (!cost) {
    // Sentences of ours have no control characters.
    std::string sentence;
    for (const char c : cost.error().message) {
      if (c == '"' || c == '\\') sentence += '\\';
      sentence += c;
    }
    (void)std::fputs(fmt::format("{{\"error\":\"{}\"}}\n", sentence).c_str(), stdout);
    return 1;
  }
  const std::string line = fmt::format(
      "{{\"encoder\":\"{}\",\"preset\":\"{}\",\"decode\":{:.5f},\"encode\":{:.5f},\"cores\":{}}}\n",
      options.encoder.name, options.encoder.preset, cost->decode, cost->encode, usable_cores());
  (void)std::fputs(line.c_str(), stdout);
  return 0;
}

}  // namespace av
