#include "media/id3.h"
#include "media/mpegts/elementary.h"

namespace media::mpegts {
namespace {

class Metadata final : public Elementary {
 public:
  void on_pes(const PesHeader& header, base::ByteSpan payload, DemuxerListener& listener) override {
    const auto frames = read_id3(payload);
    if (!header.pts || !frames) {
      ++damaged_;
      return;
    }
    for (const Id3Frame& frame : *frames) {
      listener.on_text(static_cast<Ticks>(*header.pts),
                       {.origin = TimedText::Origin::kInband, .payload = frame.value});
    }
  }
};

}  // namespace

std::unique_ptr<Elementary> make_metadata() {
  return std::make_unique<Metadata>();
}

}  // namespace media::mpegts
