// Paths, file names and directives as any client may write them: nothing is taken that we would
// not write ourselves, and no request is answered twice or left behind.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "io/loop.h"
#include "live/playback.h"
#include "live/playback_path.h"
#include "live/playlist.h"

namespace {

struct Source final : live::SnapshotSource {
  void subscribe(const base::ChannelId&, unsigned) override {}
  void unsubscribe(const base::ChannelId&, unsigned) override {}
};

// Decides by what it is asked, so that every way is taken.
struct Admission final : live::ViewAdmission {
  void authorise_view(live::ViewRequest request, Answer answer) override {
    if (request.token.starts_with('n')) {
      answer(std::unexpected(live::ViewRefusal{403, "refused", "because of its token"}));
    } else if (request.token.starts_with('l')) {
      later = std::move(answer);
    } else {
      answer(live::ViewGrant{"s", request.token.size()});
    }
  }
  std::expected<live::SessionBounds, live::ViewRefusal> check_session(const base::ChannelId&,
                                                                      std::string_view session,
                                                                      std::string_view) override {
    if (session.starts_with('n')) {
      return std::unexpected(live::ViewRefusal{403, "refused", "because of its session"});
    }
    return live::SessionBounds{};
  }
  live::CountryCode country_of(std::string_view) override { return {'X', 'X'}; }
  Answer later;
};

struct Viewer final : live::ViewerConnection {
  void respond(std::uint64_t, wire::http::Response response) override {
    ++answers;
    streaming = response.streaming;
  }
  void append(std::uint64_t, base::Slice) override { CHECK(streaming); }
  void finish(std::uint64_t) override { CHECK(streaming); }
  std::size_t queued_bytes() const override { return 0; }
  void abort(std::uint64_t) override {}
  unsigned answers = 0;
  bool streaming = false;
};

// One channel with a rendition of a few parts.
std::shared_ptr<const live::ChannelSnapshot> broadcast() {
  live::Stream stream({base::ChannelId("c"), {}, live::Container::kFmp4}, {100, 0}, {});
  media::Track track;
  track.codec = media::Codec::kVp9;
  stream.set_tracks({{live::TrackKey{}, track}}, {});
  media::Sample sample;
  sample.duration = 3000;
  sample.data = base::Slice::unowned("picture");
  for (int i = 0; i < 150; ++i) {
    sample.dts = sample.pts = i * 3000;
    sample.keyframe = i % 30 == 0;
    (void)stream.add(live::TrackKey{}, sample);
  }
  return stream.snapshot();
}

void check_names(std::string_view text) {
  for (const auto container : {live::Container::kFmp4, live::Container::kTs}) {
    const auto name = live::parse_media_name(text, container);
    if (!name) continue;
    switch (name->kind) {
      case live::MediaName::Kind::kSegment:
        CHECK(live::segment_name(name->position.msn, container) == text);
        break;
      case live::MediaName::Kind::kPart:
        CHECK(live::part_name(name->position, container) == text);
        break;
      case live::MediaName::Kind::kInit:
        CHECK(live::init_name(name->generation) == text);
        break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static io::Loop loop;
  static const live::Settings settings;
  static Source source;
  static const auto snapshot = broadcast();
  const std::string text(base::as_text({data, size}));
  check_names(text);
  if (const auto path = live::parse_playback_path(text); path && !path->multivariant) {
    CHECK(text == "/api/video/v1/s/" + std::string(path->session) + "/" +
                      std::string(path->channel) + "/" + std::string(path->rendition) + "/" +
                      std::string(live::to_string(path->container)) + "/" +
                      std::string(path->file));
  }
  Admission admission;
  live::LoopPlayback playback(loop, settings, source, admission);
  playback.announce(base::ChannelId("c"));
  playback.update(snapshot);
  for (const char* prefix :
       {"", "/api/video/v1/", "/api/video/v1/s/-/c/v0/fmp4/",
        "/api/video/v1/s/-/c/v0/fmp4/index.m3u8?", "/api/video/v1/x.channel.c.m3u8?"}) {
    wire::http::Request request;
    if (!request.set_target(prefix + text)) continue;
    Viewer viewer;
    const std::uint64_t handle = playback.request({&request, "viewer"}, viewer, 1);
    CHECK(handle != 0 ? viewer.answers == 0 || viewer.streaming : viewer.answers == 1);
    playback.cancel(handle);
    CHECK(playback.waiting() == 0);
    if (admission.later) std::exchange(admission.later, nullptr)(live::ViewGrant{});
    CHECK(viewer.answers == (handle != 0 && !viewer.streaming ? 0u : 1u));
  }
  return 0;
}
