// A recording made by the real muxers in a temporary folder, as the recorder leaves it, and a
// LoopReplay with everything around it. Test code only.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/files.h"
#include "io/local_object_store.h"
#include "io/loop.h"
#include "record/catalog.h"
#include "record/record.h"
#include "record/replay_loop.h"
#include "record/shelf.h"
#include "wire/http/responder.h"

namespace record::testing {

inline const base::ChannelId kChannel("abcDEF123456");
inline constexpr std::string_view kBucket = "recordings";

media::Track video_track(std::uint32_t width, std::uint32_t height);
media::Track audio_track();

struct RecordingShape {
  std::string id = "RecOrDing001";
  media::PartContainer container = media::PartContainer::kMpegTs;
  std::vector<std::uint32_t> heights = {720, 160};
  int seconds = 25;       // segments have 10, pieces 2, parts half a second
  int break_at = 0;       // a discontinuity at this second, where the clock goes on much later
  int change_at = 0;      // another configuration from this second on
  bool in_spool = false;  // still there, otherwise in the store
  bool ended = true;
  bool time_shift = false;
  std::size_t thumbnails = 3;
  std::size_t sample_size = 600;  // of pictures that are no keyframes
};

/// What was put into the files, to compare with.
struct MadeRecording {
  RecordingShape shape;
  Facts facts;
  Catalog catalog;
  /// By rendition and track: the samples' octets as they come back.
  std::vector<std::vector<std::vector<base::Bytes>>> samples;
  /// By rendition: the segments' files.
  std::vector<std::map<std::uint64_t, base::Bytes>> files;
};

/// Writes the files below `spool` or `store`.
MadeRecording make_recording(const RecordingShape& shape, const std::string& spool,
                             const std::string& store);

/// The tracks of an MP4 file: places of their samples in the file, by its own tables.
struct ReadMovie {
  struct Track {
    std::uint32_t timescale = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> samples;  // offset, size
    std::vector<std::int64_t> dts;
    std::size_t descriptions = 0;
    std::int64_t delay = 0;  // of an empty edit, 90 kHz
  };
  std::vector<Track> tracks;
};
/// Fails the test if the file makes no sense.
ReadMovie read_movie(std::string_view file);

/// A viewer that remembers what it was told.
struct FakeViewer final : wire::http::Responder {
  struct Answer {
    wire::http::Response response;
    std::string body;
    bool finished = false;
    bool aborted = false;
    bool done() const { return finished || aborted; }
  };
  void respond(std::uint64_t token, wire::http::Response response) override;
  void append(std::uint64_t token, base::Slice data) override;
  void finish(std::uint64_t token) override { answers.at(token).finished = true; }
  std::size_t queued_bytes() const override { return queued; }
  void abort(std::uint64_t token) override { answers.at(token).aborted = true; }

  std::map<std::uint64_t, Answer> answers;
  std::function<void(std::uint64_t)> on_respond;
  std::function<void(std::uint64_t)> on_append;
  std::size_t queued = 0;
  std::size_t largest = 0;  // octets appended at a time
};

struct FakeReplayAdmission final : ReplayAdmission {
  void authorise_replay(ReplayView view, Answer answer) override {
    views.push_back(std::move(view));
    if (delayed) {
      answers.push_back(std::move(answer));
    } else {
      answer(decision);
    }
  }
  std::expected<std::optional<std::uint32_t>, ReplayRefusal> check_replay(
      const base::ChannelId& channel, std::string_view session, std::string_view origin) override;

  std::expected<ReplayGrant, ReplayRefusal> decision =
      ReplayGrant{.session = "-", .max_height = {}};
  bool delayed = false;
  std::vector<ReplayView> views;
  std::vector<Answer> answers;
  std::set<std::string, std::less<>> sessions = {"-"};
  std::optional<std::uint32_t> max_height;
};

struct FakeAbove final : Above {
  void on_notice(const Notice&) override {}
  std::unique_ptr<io::ObjectStore> make_store(io::Loop& loop) override;
  void find(const std::string& recording, io::Loop& reply_to,
            std::move_only_function<void(std::optional<Facts>)> done) override;
  ReplayAdmission& replay_admission(io::Loop&) override { return admission; }

  std::string store;  // a folder
  std::map<std::string, Facts> facts;
  FakeReplayAdmission admission;
  int finds = 0;
};

class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest();

  /// Makes it and tells whoever has to know.
  const MadeRecording& add(const RecordingShape& shape);
  void put_on_shelf(const MadeRecording& made, bool running);
  /// Asks and waits until it is answered as a whole.
  const FakeViewer::Answer& get(const std::string& rest,
                                std::vector<std::pair<std::string, std::string>> headers = {},
                                wire::http::Method method = wire::http::Method::kGet);
  /// Asks only.
  std::uint64_t ask(const std::string& rest,
                    std::vector<std::pair<std::string, std::string>> headers = {},
                    wire::http::Method method = wire::http::Method::kGet);
  bool wait(std::function<bool()> done);

  io::TemporaryDirectory folder_;
  io::Loop loop_;
  Shelf shelf_;
  FakeAbove above_;
  FakeViewer viewer_;
  std::unique_ptr<LoopReplay> replay_;
  std::list<MadeRecording> made_;
  std::uint64_t token_ = 0;
  std::uint64_t handle_of_last_ = 0;
};

}  // namespace record::testing
