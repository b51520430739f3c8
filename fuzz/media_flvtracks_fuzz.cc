// A publisher's messages one after another through the track reader. Each message is: one byte of
// type (modulo 3), two bytes of length, the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>

#include "base/check.h"
#include "media/flv/demuxer.h"

namespace {

/// Checks what the reader promises: no sample before its track, nothing empty.
class Checker : public media::flv::FlvTrackListener {
 public:
  void on_track(const media::Track& track) override {
    announced_[track.kind() == media::TrackKind::kVideo].insert(track.id);
  }
  void on_sample(media::TrackKind kind, std::uint32_t track_id, media::Sample sample) override {
    CHECK(announced_[kind == media::TrackKind::kVideo].contains(track_id));
    CHECK(!sample.data.empty());
  }
  void on_metadata(const media::flv::EncoderMetadata&) override {}
  void on_timed_text(std::int64_t, media::TimedText text) override {
    CHECK(!text.payload.empty() && text.payload.size() <= media::flv::kMaxTimedTextSize);
  }
  void on_captions(std::int64_t, media::CaptionData captions) override {
    CHECK(!captions.cc_data.empty());
  }
  void on_track_end(media::TrackKind kind, std::uint32_t track_id) override {
    CHECK(announced_[kind == media::TrackKind::kVideo].erase(track_id) == 1);
  }

 private:
  std::set<std::uint32_t> announced_[2];
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using media::flv::MessageType;
  static constexpr MessageType kTypes[] = {MessageType::kAudio, MessageType::kVideo,
                                           MessageType::kData};
  base::ByteReader input(base::ByteSpan(data, size));
  Checker checker;
  media::flv::FlvTrackReader reader(checker);
  std::uint32_t time = 0xFFFF'FF00;
  while (input.remaining() > 3) {
    const MessageType type = kTypes[input.u8() % 3];
    const std::size_t length = input.u16();
    const base::ByteSpan body = input.bytes(std::min(length, input.remaining()));
    (void)reader.read(type, time += 33, base::Slice::copy_of(body));
  }
  return 0;
}
