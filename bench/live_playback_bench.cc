// What a viewer's request costs its loop between the parsed head and the response: for everybody,
// and bound to a session that a table of 10,000 knows.
#include <benchmark/benchmark.h>

#include <string>
#include <unordered_map>

#include "io/loop.h"
#include "live/playback.h"
#include "live/playback_path.h"
#include "live/playlist.h"

namespace {

using live::Container;

const base::ChannelId kChannel("abcDEF123456");

/// As a real one would look sessions up: by channel and session, then by origin.
class Sessions final : public live::ViewAdmission {
 public:
  explicit Sessions(std::size_t session_size) {
    for (int i = 0; i < 10'000; ++i) {
      std::string session = std::to_string(1'000'000 + i);
      session.resize(session_size, 'x');
      sessions_.emplace(std::move(session), kChannel);
    }
    session_ = sessions_.begin()->first;
  }
  void authorise_view(live::ViewRequest request, Answer answer) override {
    answer(request.token.empty() ? live::ViewGrant{} : live::ViewGrant{session_, std::nullopt});
  }
  std::expected<live::SessionBounds, live::ViewRefusal> check_session(
      const base::ChannelId& channel, std::string_view session, std::string_view) override {
    if (session == live::ViewGrant::kOpenSession) return live::SessionBounds{};
    const auto found = sessions_.find(session);
    if (found == sessions_.end() || found->second != channel) {
      return std::unexpected(live::ViewRefusal{403, "no", "no such session"});
    }
    return live::SessionBounds{};
  }
  live::CountryCode country_of(std::string_view) override { return {}; }
  const std::string& session() const { return session_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, base::ChannelId, Hash, std::equal_to<>> sessions_;
  std::string session_;
};

struct Source final : live::SnapshotSource {
  void subscribe(const base::ChannelId&, unsigned) override {}
  void unsubscribe(const base::ChannelId&, unsigned) override {}
};

struct Viewer final : live::ViewerConnection {
  void respond(std::uint64_t, wire::http::Response response) override {
    benchmark::DoNotOptimize(response);
    if (response.status != 200) std::abort();
  }
  void append(std::uint64_t, base::Slice) override {}
  void finish(std::uint64_t) override {}
  std::size_t queued_bytes() const override { return 0; }
  void abort(std::uint64_t) override {}
};

std::shared_ptr<const live::ChannelSnapshot> broadcast() {
  live::Stream stream({kChannel, {}, Container::kFmp4}, {100, 0}, {});
  media::Track track;
  track.codec = media::Codec::kVp9;
  track.video = {1280, 720, 30, false, "", ""};
  stream.set_tracks({{live::TrackKey{}, track}}, {});
  media::Sample sample;
  sample.duration = 3000;
  sample.data = base::Slice::unowned("picture");
  for (int i = 0; i < 900; ++i) {
    sample.dts = sample.pts = i * 3000;
    sample.keyframe = i % 60 == 0;
    (void)stream.add(live::TrackKey{}, sample);
  }
  return stream.snapshot();
}

// `session_size` 0: of everybody. A parse of the target is part of it, as it is of every request.
void request(benchmark::State& state, const std::string& target) {
  io::Loop loop;
  const live::Settings settings;
  Source source;
  const auto session_size = static_cast<std::size_t>(state.range(0));
  Sessions sessions(std::max<std::size_t>(session_size, 8));
  live::LoopPlayback playback(loop, settings, source, sessions);
  playback.announce(kChannel);
  playback.update(broadcast());
  Viewer viewer;
  wire::http::Request http;
  http.headers.add("Host", "live.example.com");
  http.headers.add("User-Agent",
                   "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                   "Chrome/140.0.0.0 Safari/537.36");
  http.headers.add("Accept", "*/*");
  http.headers.add("Accept-Encoding", "gzip, deflate, br");
  http.headers.add("Origin", "https://www.example.com");
  http.headers.add("Referer", "https://www.example.com/watch");
  std::string path = target;
  if (const auto at = path.find("SESSION"); at != std::string::npos) {
    path.replace(at, 7, session_size == 0 ? "-" : sessions.session());
  }
  if (session_size > 0 && !target.contains("SESSION")) path += "?token=t";
  for (auto _ : state) {
    if (!http.set_target(path)) std::abort();
    (void)playback.request({&http, "192.0.2.77"}, viewer, 1);
  }
  state.SetItemsProcessed(state.iterations());
}

void playlist(benchmark::State& state) {
  request(state,
          "/api/video/v1/s/SESSION/abcDEF123456/v0/fmp4/index.m3u8?_HLS_msn=110&_HLS_part=2");
}
BENCHMARK(playlist)->Arg(0)->Arg(22)->Arg(64)->Arg(400)->Arg(3000);

void media_segment(benchmark::State& state) {
  request(state, "/api/video/v1/s/SESSION/abcDEF123456/v0/fmp4/" +
                     live::segment_name(110, Container::kFmp4));
}
BENCHMARK(media_segment)->Arg(0)->Arg(22)->Arg(400)->Arg(3000);

void multivariant(benchmark::State& state) {
  request(state, live::multivariant_path("local", "000000000000", kChannel.str()));
}
BENCHMARK(multivariant)->Arg(0)->Arg(22);

}  // namespace
