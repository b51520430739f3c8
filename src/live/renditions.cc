#include "live/renditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "io/loop.h"
#include "live/metrics.h"
#include "live/quality.h"

namespace live {
namespace {

// Ids of what is made; those of publishers are below.
constexpr std::uint32_t kFirstId = 16;
constexpr TrackKey kSourceAudio{media::TrackKind::kAudio, 0};

// Further behind than this they fall behind.
constexpr media::Ticks kLate = media::kVideoTimescale;
constexpr media::Ticks kCalm = media::kVideoTimescale * 3 / 10;
// A helper that starts, and one that got rid of a rendition, may take so long to come after.
constexpr base::Duration kStartTime = std::chrono::seconds(6);
constexpr base::Duration kReliefTime = std::chrono::milliseconds(1500);
// What was shed is tried again after so long without trouble, and less often if that was no good.
constexpr base::Duration kPatience = std::chrono::minutes(1);
constexpr base::Duration kMostPatience = std::chrono::minutes(16);
// Nothing came of the source for so long: what is open ends.
constexpr base::Duration kSettleTime = std::chrono::seconds(1);

}  // namespace

Renditions::Renditions(io::Loop& loop, Workshop& workshop, RenditionsHost& host, Stream& stream,
                       const PublishGrant& grant)
    : loop_(loop),
      now_(loop.now()),
      workshop_(workshop),
      host_(host),
      stream_(stream),
      grant_(grant),
      share_(workshop.budget),
      patience_(kPatience) {}

Renditions::~Renditions() {
  stream_.feed(nullptr);
}

void Renditions::plan(const media::VideoFormat& video, const media::Track* audio) {
  LadderPlan plan;
  if (workshop_.settings.mode != RenditionSettings::Mode::kOff &&
      !workshop_.settings.helper.empty()) {
    plan = plan_ladder(grant_.ladder, grant_.constrained_bandwidth, video, audio);
  }
  source_audio_bitrate_ = audio != nullptr ? assumed_bitrate(*audio) : 0;
  planned_anew_ = plan != plan_;
  video_ = video;
  if (!planned_anew_) return;
  plan_ = std::move(plan);
  shed_ = 0;
  refused_ = false;
  std::set<std::string> names;
  for (const PlannedRendition& rendition : plan_.renditions) names.insert(rendition.name);
  stream_.reserve_names(names);
}

void Renditions::on_source_changed() {
  if (!planned_anew_) return;
  planned_anew_ = false;
  if (transcoder_ == nullptr) return look();
  stop();
  look();
}

bool Renditions::is_wanted() const {
  if (plan_.renditions.empty() || given_up_) return false;
  if (grant_.records_renditions) return true;
  if (workshop_.settings.mode == RenditionSettings::Mode::kAlways) return true;
  return last_watched_ && now_ - *last_watched_ < kKept;
}

void Renditions::on_watched(base::MonotonicTime now) {
  last_watched_ = now_ = now;
  if (transcoder_ == nullptr && !refused_ && is_wanted() && stream_.started()) start();
}

std::span<const PlannedRendition> Renditions::wanted() const {
  return std::span(plan_.renditions).subspan(shed_);
}

bool Renditions::take_share(std::size_t shed) {
  const auto rest = std::span(plan_.renditions).subspan(shed);
  return share_.change(workshop_.budget.cost_of(video_, rest), std::ssize(rest),
                       static_cast<std::int64_t>(shed));
}

void Renditions::start() {
  const std::size_t all = plan_.renditions.size();
  std::size_t shed = 0;
  const bool degrades = workshop_.settings.policy == RenditionSettings::Policy::kDegrade;
  while (shed < all && !take_share(shed)) shed = degrades ? shed + 1 : all;
  shed_ = shed;
  calm_since_ = now_;
  if (shed == all) {
    refused_ = true;
    return tell("This machine has no room for renditions now: viewers get the source alone.");
  }
  base::log_info("renditions started", {{"channel", grant_.channel.str()},
                                        {"stream", stream_.id().str()},
                                        {"count", all - shed},
                                        {"left_out", shed}});
  apply();
  if (shed > 0) {
    tell(fmt::format("This machine has no room for all renditions: the best {} left out.",
                     shed == 1 ? "one is" : fmt::format("{} are", shed)));
  }
}

void Renditions::apply() {
  const auto pictures = std::ranges::find_if(
      plan_.renditions, [](const PlannedRendition& one) { return one.width > 0; });
  const bool top = shed_ == 0 && pictures != plan_.renditions.end();
  stream_.offer(offers(), !plan_.offers_source && top);
  const bool first = transcoder_ == nullptr;
  judged_from_ = now_ + kStartTime;
  last_made_ = now_;
  TranscoderOwner& owner = *this;
  if (first) transcoder_ = std::make_unique<Transcoder>(loop_, workshop_.helpers, owner);
  transcoder_->start(job());
  if (first) stream_.feed(this);
  host_.publish();
}

void Renditions::stop() {
  stream_.feed(nullptr);
  transcoder_.reset();
  stream_.offer({}, false);
  share_.give_back();
  shed_ = 0;
  host_.publish();
}

// Sound of the same bitrate is made once.
TrackKey Renditions::audio_key(std::uint32_t bitrate) const {
  std::uint32_t id = kFirstId;
  for (const PlannedRendition& rendition : plan_.renditions) {
    if (rendition.audio_bitrate == bitrate) break;
    ++id;
  }
  return {media::TrackKind::kAudio, id};
}

media::pipe::TranscodeJob Renditions::job() const {
  media::pipe::TranscodeJob job;
  job.encoder = workshop_.settings.encoder;
  job.preset = workshop_.settings.preset;
  for (std::size_t i = shed_; i < plan_.renditions.size(); ++i) {
    const PlannedRendition& rendition = plan_.renditions[i];
    const std::uint32_t id = kFirstId + static_cast<std::uint32_t>(i);
    if (rendition.width > 0) {
      job.video.push_back({id, rendition.width, rendition.height, rendition.max_frame_rate,
                           rendition.video_bitrate});
    }
    if (rendition.audio_bitrate == 0) continue;
    const std::uint32_t audio = audio_key(rendition.audio_bitrate).id;
    const bool there = std::ranges::any_of(
        job.audio, [&](const media::pipe::AudioOutput& other) { return other.id == audio; });
    if (!there) job.audio.push_back({audio, 0, rendition.audio_bitrate});
  }
  return job;
}

std::vector<FollowerPlan> Renditions::offers() const {
  std::vector<FollowerPlan> offers;
  for (std::size_t i = shed_; i < plan_.renditions.size(); ++i) {
    const PlannedRendition& rendition = plan_.renditions[i];
    FollowerPlan offer;
    offer.name = rendition.name;
    offer.width = rendition.width;
    offer.height = rendition.height;
    offer.frame_rate = rendition.frame_rate;
    offer.bitrate = rendition.video_bitrate +
                    (rendition.audio_bitrate > 0 ? rendition.audio_bitrate : source_audio_bitrate_);
    offer.codecs = rendition.codecs;
    const bool own = rendition.audio_bitrate > 0;
    const TrackKey sound = own ? audio_key(rendition.audio_bitrate) : kSourceAudio;
    if (rendition.width > 0) {
      offer.leading = {media::TrackKind::kVideo, kFirstId + static_cast<std::uint32_t>(i)};
      if (own || source_audio_bitrate_ > 0) offer.audio = sound;
    } else {
      offer.leading = sound;
    }
    offer.own_audio = own;
    offers.push_back(std::move(offer));
  }
  return offers;
}

void Renditions::look(base::MonotonicTime now) {
  now_ = now;
  look();
}

void Renditions::look() {
  const base::MonotonicTime now = now_;
  if (!is_wanted()) {
    if (transcoder_ != nullptr && !given_up_) {
      base::log_info("renditions stopped", {{"channel", grant_.channel.str()}});
      stop();
    }
    return;
  }
  if (transcoder_ == nullptr) {
    // There may be room again.
    if (refused_ && now - calm_since_ > patience_) refused_ = false;
    if (!refused_ && stream_.started()) start();
    return;
  }
  if (!settled_ && now - last_given_ > kSettleTime && now - last_made_ > kSettleTime) {
    settled_ = true;
    stream_.settle_made();
    host_.publish();
  }
  const media::Ticks lag = transcoder_->lag();
  rendition_lag().observe(static_cast<double>(lag) / media::kVideoTimescale);
  if (lag > kCalm) calm_since_ = std::max(calm_since_, now);
  if (lag > kLate && now >= judged_from_) return shed_top();
  if (shed_ > 0 && now - calm_since_ > patience_) try_restore();
}

void Renditions::shed_top() {
  const base::MonotonicTime now = now_;
  if (now - restored_at_ < kPatience) patience_ = std::min(patience_ * 2, kMostPatience);
  const std::string name = wanted().front().name;
  const auto before = job();
  ++shed_;
  base::log_warn("rendition shed", {{"channel", grant_.channel.str()}, {"rendition", name}});
  const bool pictures =
      std::ranges::any_of(wanted(), [](const PlannedRendition& one) { return one.width > 0; });
  if (!pictures) {
    stop();
    refused_ = true;
    calm_since_ = now;
    return tell("This machine cannot keep up: no renditions are made for now.");
  }
  (void)take_share(shed_);  // less is always possible
  const auto after = job();
  for (const auto& output : before.video) {
    const auto same = [&](const auto& other) { return other.id == output.id; };
    if (std::ranges::none_of(after.video, same)) {
      transcoder_->end_output({media::TrackKind::kVideo, output.id});
    }
  }
  for (const auto& output : before.audio) {
    const auto same = [&](const auto& other) { return other.id == output.id; };
    if (std::ranges::none_of(after.audio, same)) {
      transcoder_->end_output({media::TrackKind::kAudio, output.id});
    }
  }
  stream_.offer(offers(), false);
  judged_from_ = now + kReliefTime;
  calm_since_ = now;
  tell("This machine cannot keep up: " + name + " is left out.");
  host_.publish();
}

void Renditions::try_restore() {
  const base::MonotonicTime now = now_;
  calm_since_ = now;
  if (!take_share(shed_ - 1)) return;
  --shed_;
  restored_at_ = now;
  const std::string name = wanted().front().name;
  base::log_info("rendition made again", {{"channel", grant_.channel.str()}, {"rendition", name}});
  apply();
  tell(name + " is made again.");
}

void Renditions::tell(std::string sentence) {
  StreamEvent::Renditions told;
  for (std::size_t i = 0; i < plan_.renditions.size(); ++i) {
    const bool running = transcoder_ != nullptr && i >= shed_;
    (running ? told.running : told.missing).push_back(plan_.renditions[i].name);
  }
  host_.on_renditions_change(std::move(told), std::move(sentence));
}

std::vector<RenditionStatus> Renditions::status() const {
  std::vector<RenditionStatus> all;
  for (std::size_t i = 0; i < plan_.renditions.size(); ++i) {
    const PlannedRendition& rendition = plan_.renditions[i];
    RenditionStatus status;
    status.name = rendition.name;
    status.width = rendition.width;
    status.height = rendition.height;
    status.frame_rate = rendition.frame_rate;
    status.bitrate = rendition.video_bitrate + rendition.audio_bitrate;
    using State = RenditionStatus::State;
    if (transcoder_ == nullptr) {
      status.state = refused_ || given_up_ ? State::kShed : State::kIdle;
    } else if (i < shed_) {
      status.state = State::kShed;
    } else {
      status.state = stream_.made().reached(rendition.name) ? State::kRunning : State::kStarting;
    }
    all.push_back(std::move(status));
  }
  return all;
}

void Renditions::on_source_track(const media::Track& track) {
  if (transcoder_ != nullptr) transcoder_->set_track(track);
}

void Renditions::on_source_sample(media::TrackKind kind, const media::Sample& sample) {
  last_given_ = now_;
  if (transcoder_ != nullptr) transcoder_->add(kind, sample);
}

void Renditions::on_made_track(TrackKey key, const media::Track& track) {
  stream_.set_made_track(key, track);
}

void Renditions::on_made_sample(TrackKey key, const media::Sample& sample) {
  last_made_ = now_;
  settled_ = false;
  if (stream_.add_made(key, sample)) host_.publish();
}

void Renditions::on_restart(const std::string& how) {
  rendition_restarts().add();
  judged_from_ = now_ + kStartTime;
  base::log_warn("rendition helper restarted", {{"channel", grant_.channel.str()}, {"how", how}});
}

void Renditions::on_given_up(const std::string& how) {
  base::log_error("renditions given up", {{"channel", grant_.channel.str()}, {"how", how}});
  given_up_ = true;
  stop();
  tell("The program that makes renditions keeps failing: viewers get the source alone.");
}

}  // namespace live
