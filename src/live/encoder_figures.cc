#include "live/encoder_figures.h"

#include "media/codec/bpm.h"

namespace live {
namespace {

// A longer way through an encoder is a clock that was set.
constexpr base::Duration kLongestDelay = std::chrono::minutes(1);

}  // namespace

void EncoderTally::on_keyframe(media::Codec codec, base::ByteSpan sample) {
  const std::optional<media::BpmReport> report = media::read_bpm(codec, sample);
  if (!report) return;
  if (!figures_) figures_.emplace();
  if (report->session) {
    figures_->rendered += report->session->rendered;
    figures_->lagged += report->session->lagged;
    figures_->dropped += report->session->dropped;
    figures_->output += report->session->output;
  }
  if (report->rendition) figures_->skipped += report->rendition->skipped;
  if (report->composed && report->interleaved) {
    const base::Duration delay = *report->interleaved - *report->composed;
    if (delay >= base::Duration::zero() && delay <= kLongestDelay) figures_->delay = delay;
  }
}

}  // namespace live
