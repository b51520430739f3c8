// Stands in for the program that makes renditions. Test code only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "live/helper_link.h"

namespace live::testing {

/// Helpers made of arithmetic: what they are sent is worked on when the test says so. Pictures come
/// back as they are, for every output; sound as if it were AAC of its own rate.
class Helpers {
 public:
  class Helper final : public HelperLink {
   public:
    Helper(Helpers& all, HelperListener& listener) : all_(all), listener_(listener) {
      all_.alive.push_back(this);
      ++all_.started;
    }
    ~Helper() override { std::erase(all_.alive, this); }
    bool send(const media::pipe::Message& message) override {
      waiting_.push_back(message);
      return true;
    }
    std::size_t queued() const override { return 0; }
    void work() {
      while (!waiting_.empty()) {
        const media::pipe::Message message = std::move(waiting_.front());
        waiting_.pop_front();
        handle(message);
      }
    }
    void crash() { listener_.on_ended("a signal"); }
    const media::pipe::TranscodeJob& job() const { return job_; }

   private:
    void handle(const media::pipe::Message& message) {
      if (const auto* job = std::get_if<media::pipe::TranscodeJob>(&message)) job_ = *job;
      if (const auto* end = std::get_if<media::pipe::EndOutput>(&message)) {
        const auto same = [&](const auto& output) { return output.id == end->id; };
        if (end->kind == media::TrackKind::kVideo) std::erase_if(job_.video, same);
        if (end->kind == media::TrackKind::kAudio) std::erase_if(job_.audio, same);
      }
      if (const auto* given = std::get_if<media::pipe::SourceTrack>(&message)) {
        each(given->track.kind(), [&](std::uint32_t id) {
          media::Track track = given->track;
          track.id = id;
          listener_.on_message(media::pipe::OutputTrack{track});
        });
      }
      if (const auto* given = std::get_if<media::pipe::SourceSample>(&message)) give(*given);
    }
    void give(const media::pipe::SourceSample& given) {
      const bool video = given.kind == media::TrackKind::kVideo;
      media::Sample sample = given.sample;
      const media::Ticks time =
          video ? sample.pts : media::rescale(sample.pts, 48'000, media::kVideoTimescale);
      if (time < job_.deliver_from) return;
      if (video && !began_) sample.keyframe = true;
      began_ = began_ || video;
      sample.dts = sample.pts;
      each(given.kind, [&](std::uint32_t id) {
        listener_.on_message(media::pipe::OutputSample{given.kind, id, sample});
      });
    }
    template <class Use>
    void each(media::TrackKind kind, Use use) {
      std::vector<std::uint32_t> ids;
      if (kind == media::TrackKind::kVideo) {
        for (const auto& output : job_.video) ids.push_back(output.id);
      } else {
        for (const auto& output : job_.audio) ids.push_back(output.id);
      }
      for (const std::uint32_t id : ids) use(id);
    }

    Helpers& all_;
    HelperListener& listener_;
    media::pipe::TranscodeJob job_;
    bool began_ = false;
    std::deque<media::pipe::Message> waiting_;
  };

  HelperFactory factory() {
    return [this](HelperListener& listener) { return std::make_unique<Helper>(*this, listener); };
  }
  void work() {
    for (Helper* helper : std::vector(alive)) helper->work();
  }

  std::vector<Helper*> alive;
  unsigned started = 0;
};

}  // namespace live::testing
