#include "live/stream_rig_test_support.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/bytes.h"

namespace live::testing {
namespace {

constexpr double kSoundStep = 1024.0 / 48'000;

base::Slice payload(std::uint8_t header, std::uint64_t serial) {
  base::ByteWriter out;
  out.u32(10);
  out.u8(header);
  out.u8(0x88);
  out.u64(serial);
  return base::Slice::take(out.take());
}

std::int64_t milliseconds(double seconds) {
  return std::llround(seconds * 1000) * 1000;
}

}  // namespace

std::uint64_t serial_of(const media::Sample& sample) {
  base::ByteReader reader(sample.data.span());
  reader.skip(6);
  return reader.u64();
}

media::Track video_track(double frame_rate, std::uint32_t width, std::uint32_t height) {
  media::Track track;
  track.codec = media::Codec::kH264;
  static constexpr std::uint8_t kConfig[] = {
      0x01, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0x00, 0x1a, 0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40,
      0x50, 0x05, 0xbb, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0xc0,
      0xf1, 0x83, 0x19, 0x60, 0x01, 0x00, 0x06, 0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0};
  track.config = base::Slice::unowned(base::ByteSpan(kConfig));
  track.codec_string = "avc1.64001F";
  track.video.width = width;
  track.video.height = height;
  track.video.frame_rate = frame_rate;
  return track;
}

media::Track audio_track() {
  media::Track track;
  track.codec = media::Codec::kAac;
  track.timescale = 48'000;
  static constexpr std::uint8_t kConfig[] = {0x11, 0x90};
  track.config = base::Slice::unowned(base::ByteSpan(kConfig));
  track.codec_string = "mp4a.40.2";
  track.audio = {48'000, 2, 1024};
  return track;
}

Encoder::Encoder(EncoderSettings settings, double source_start, unsigned seed)
    : settings_(settings), source_start_(source_start), random_(seed) {}

double Encoder::arrival() const {
  if (!settings_.audio) return picture_at_;
  return std::min(picture_at_, static_cast<double>(sounds_) * kSoundStep + settings_.audio_lag);
}

void Encoder::plan_picture() {
  ++pictures_;
  picture_at_ = settings_.variable_rate
                    ? picture_at_ + 0.016 + static_cast<double>(random_() % 75) / 1000
                    : static_cast<double>(pictures_) / settings_.rate;
}

Encoder::Output Encoder::next() {
  Output out;
  const double sound_at = static_cast<double>(sounds_) * kSoundStep;
  if (settings_.audio && sound_at + settings_.audio_lag < picture_at_) {
    out.key = kAudioKey;
    out.time = sound_at;
    out.sample.dts = out.sample.pts = milliseconds(source_start_ + sound_at);
    out.sample.keyframe = true;
    out.sample.data = payload(0x21, serial_++);
    ++sounds_;
    return out;
  }
  out.key = kVideoKey;
  out.time = picture_at_;
  const double frame = settings_.variable_rate ? 0.033 : 1 / settings_.rate;
  const bool key = picture_at_ + frame / 2 >= next_key_;
  if (key) {
    group_at_ = pictures_;
    last_key_ = next_key_;
    const double length = settings_.scene_cuts
                              ? 0.2 + static_cast<double>(random_() % 1000) / 1000 * settings_.gop
                              : settings_.gop;
    next_key_ =
        settings_.scene_cuts || settings_.variable_rate ? picture_at_ + length : last_key_ + length;
  }
  // I P B B P B B ...: the order of decoding, one frame of delay.
  double shown = picture_at_;
  if (settings_.b_frames) {
    const std::uint64_t place = (pictures_ - group_at_) % 3;
    shown += frame * (key ? 1 : place == 1 ? 3 : 0);
  }
  out.sample.dts = milliseconds(source_start_ + picture_at_);
  out.sample.pts = milliseconds(source_start_ + shown);
  out.sample.keyframe = key;
  out.sample.data = payload(key ? 0x65 : 0x41, serial_++);
  plan_picture();
  return out;
}

StreamRig::StreamRig(PackagingSettings packaging, unsigned seed)
    : packaging_(packaging),
      seed_(seed),
      stream_({base::ChannelId("abcDEF123456"), packaging, Container::kTs}, {5000, 7},
              base::WallTime(std::chrono::seconds(1'780'000'000))) {}

base::WallTime StreamRig::now() const {
  return base::WallTime(std::chrono::microseconds(std::llround(wall_ * 1e6)));
}

void StreamRig::tell_tracks(const EncoderSettings& settings) {
  const double rate = settings.variable_rate ? 0 : settings.rate;
  timeline_->set_track(0, media::TrackKind::kVideo, media::kVideoTimescale,
                       rate > 0 ? media::kVideoTimescale / rate : 0);
  timeline_->set_track(0x10000, media::TrackKind::kAudio, 48'000, 1024);
  std::map<TrackKey, media::Track> tracks;
  tracks[kVideoKey] = video_track(rate, settings.width, settings.width * 9 / 16);
  if (settings.audio) tracks[kAudioKey] = audio_track();
  stream_.set_tracks(std::move(tracks), {timeline_->end(), now()});
}

void StreamRig::publish(EncoderSettings settings, double source_start) {
  const media::Ticks start = timeline_ ? timeline_->end() : 0;
  timeline_.emplace(kRtmpClock, start);
  encoder_.emplace(settings, source_start, seed_++);
  encoder_wall_ = wall_;
  serial_base_ += 100'000'000;
  tell_tracks(settings);
}

void StreamRig::run(double seconds) {
  run_dropping(seconds, std::nullopt);
}

void StreamRig::run_dropping(double seconds, std::optional<TrackKey> drop) {
  const double until = encoder_->arrival() + seconds;
  while (encoder_->arrival() < until) step(drop);
}

void StreamRig::step(std::optional<TrackKey> drop) {
  const double arrival = encoder_->arrival();
  wall_ = std::max(wall_, encoder_wall_ + arrival + lateness_);
  Encoder::Output out = encoder_->next();
  if (drop == out.key) return;
  const std::uint64_t serial = serial_base_ + serial_of(out.sample);
  out.sample.data = payload(out.sample.data.span()[4], serial);
  const bool video = out.key == kVideoKey;
  const auto placed = timeline_->place(video ? 0 : 0x10000, out.sample);
  if (!placed) return;
  if (placed->breaks) {
    stream_.break_here({media::rescale(placed->sample.dts, video ? media::kVideoTimescale : 48'000,
                                       media::kVideoTimescale),
                        now()});
    for (auto& [key, lint] : lints_) lint.allow_unkept_hint();
    broke_ = true;
  }
  const bool completed = stream_.add(out.key, placed->sample);
  if (stream_.started()) given_[out.key].insert(serial);
  if (completed || placed->breaks) look(serial, video);
}

void StreamRig::look(std::uint64_t serial, bool) {
  const auto snapshot = stream_.snapshot();
  for (const auto& window : snapshot->windows) {
    if (windows_[window->rendition] != window) look_at_reports(*snapshot, *window);
    look_at(window, serial);
  }
  broke_ = false;
}

void StreamRig::look_at_reports(const ChannelSnapshot& snapshot, const Window& window) {
  if (window.segments.empty()) return;
  const auto playable = std::count_if(snapshot.windows.begin(), snapshot.windows.end(),
                                      [](const auto& other) { return !other->segments.empty(); });
  if (std::ssize(window.reports) + 1 != playable) problem("a rendition is not reported");
  for (const RenditionReport& report : window.reports) {
    const auto* other = snapshot.find(report.rendition);
    if (other == nullptr || (*other)->last() != PartPosition{report.last_msn, *report.last_part}) {
      problem(fmt::format("report of {} says {}-{}", report.rendition, report.last_msn,
                          report.last_part.value_or(0)));
    }
  }
}

void StreamRig::look_at(const std::shared_ptr<const Window>& window, std::uint64_t serial) {
  const std::string& name = window->rendition;
  auto& before = windows_[name];
  if (before == window || window->segments.empty()) return;
  const bool reads = looks_[name]++ % lint_every_ == 0 || broke_ || window->ended;
  for (const Container container : {Container::kFmp4, Container::kTs}) {
    if (!reads) break;
    auto& lint = lints_.try_emplace({name, container}, container).first->second;
    lint.feed(render_media_playlist(*window, container, false),
              render_media_playlist(*window, container, true));
    const bool claims = lint.latest().independent_segments;
    const bool true_claim = std::all_of(
        window->segments.begin() + static_cast<std::ptrdiff_t>(window->first_listed),
        window->segments.end(), [](const auto& segment) { return segment->independent(); });
    if (claims != true_claim) problem("independence is told wrong");
    for (const std::string& what : lint.problems()) {
      problem(fmt::format("{} {}: {}", name, to_string(container), what));
    }
  }
  auto& seen = parts_[name];
  std::optional<PartPosition> last;
  if (!seen.empty()) last = {seen.back().part->msn, seen.back().part->index};
  bool first_new = true;
  for (const auto& segment : window->segments) {
    segments_[name][segment->msn] = segment;
    for (const auto& part : segment->parts) {
      const PartPosition position{part->msn, part->index};
      if (last && position <= *last) continue;
      if (first_new && promised_.contains(name) && promised_[name] != position && !broke_ &&
          !segment->discontinuity) {
        problem(fmt::format("{}: promised {}-{}, made {}-{}", name, promised_[name].msn,
                            promised_[name].part, position.msn, position.part));
      }
      first_new = false;
      Seen now_seen{part};
      const auto& leading = part->samples[0];
      now_seen.closed_at_once = !leading.empty() && serial_of(leading.back()) == serial;
      const double end = static_cast<double>(segment->date.time_since_epoch().count()) / 1e6 +
                         static_cast<double>(segment->duration) / 90'000;
      now_seen.date_error = wall_ - end;
      seen.push_back(now_seen);
      if (mux_) {
        if (part->bytes(Container::kFmp4).empty() ||
            part->bytes(Container::kTs).size() % 188 != 0) {
          problem("a part cannot be muxed");
        }
      }
    }
  }
  promised_[name] = window->next;
  // What has left the list is still there for those who read an older one.
  if (before != nullptr && !before->segments.empty()) {
    const auto oldest_listed = before->segments[before->first_listed]->msn;
    if (window->segment(oldest_listed) == nullptr) problem("a listed segment has gone at once");
  }
  before = window;
}

void StreamRig::lose(double away) {
  stream_.break_here({timeline_->end(), now()});
  for (auto& [key, lint] : lints_) lint.allow_unkept_hint();
  broke_ = true;
  look(0, false);
  broke_ = true;
  wall_ += away;
}

void StreamRig::change_picture(std::uint32_t width) {
  EncoderSettings settings = encoder_->settings();
  settings.width = width;
  const double source = 3000;
  stream_.break_here({timeline_->end(), now()});
  for (auto& [key, lint] : lints_) lint.allow_unkept_hint();
  broke_ = true;
  publish(settings, source);
}

void StreamRig::finish() {
  stream_.finish();
  look(0, false);
}

void StreamRig::cue(const std::string& text) {
  if (!stream_.add_text({media::TimedText::Origin::kApi, text}, 0)) problem("cue refused");
}

void StreamRig::problem(std::string what) {
  if (problems_.size() < 20 &&
      std::find(problems_.begin(), problems_.end(), what) == problems_.end()) {
    problems_.push_back(fmt::format("{:.3f}: {}", wall_ - 1'780'000'000, what));
  }
}

std::string StreamRig::problem_text() const {
  return fmt::format("{}", fmt::join(problems_, "\n"));
}

std::vector<std::uint64_t> StreamRig::found(const std::string& rendition, std::size_t index) const {
  std::vector<std::uint64_t> serials;
  for (const Seen& seen : parts_.at(rendition)) {
    for (const auto& sample : seen.part->samples[index]) serials.push_back(serial_of(sample));
  }
  return serials;
}

}  // namespace live::testing
