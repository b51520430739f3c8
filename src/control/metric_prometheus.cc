#include "control/metric_prometheus.h"

#include <fmt/format.h>

#include <iterator>

namespace control {
namespace {

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

// Ids are letters and digits, countries two capitals: nothing in labels needs an escape.
template <class Value>
void gauge(std::string& out, std::string_view name, std::string_view help,
           const std::vector<live::StreamStatus>& streams, std::string_view more_labels,
           Value value) {
  head(out, name, "gauge", help);
  for (const live::StreamStatus& stream : streams) {
    if (!stream.live) continue;
    fmt::format_to(std::back_inserter(out), "{}{{channel=\"{}\"{}}} {}\n", name,
                   stream.channel.str(), more_labels, value(stream));
  }
}

constexpr std::string_view kTrack = ",track=\"Track0\"";

}  // namespace

void PrometheusSeries::count(const Board& board) {
  std::erase_if(channels_, [&](const auto& entry) { return !board.contains(entry.first); });
  for (const auto& [subject, points] : board) {
    if (subject.empty()) continue;
    Totals& totals = channels_[subject];
    for (const Point& point : points.all()) {
      if (point.slot.measure == Measure::kDeliveredByCountry) {
        totals.delivered[point.slot.qualifier] += point.aggregate.sum;
      } else if (point.slot.measure == Measure::kInput) {
        totals.input += point.aggregate.sum;
      } else if (point.slot.measure == Measure::kRecorded) {
        totals.recorded += point.aggregate.sum;
      }
    }
  }
}

std::string PrometheusSeries::text(const std::vector<live::StreamStatus>& streams) const {
  std::string out;
  const auto line = std::back_inserter(out);
  std::map<std::string_view, std::size_t> health = {
      {"HEALTHY", 0}, {"STARVING", 0}, {"UNKNOWN", 0}};
  std::map<std::string, std::size_t> countries;
  for (const live::StreamStatus& stream : streams) {
    if (!stream.live) continue;
    ++health[health_text(stream.health)];
    ++countries[country_text(country_of_ ? country_of_(stream.remote_address)
                                         : live::CountryCode{})];
  }
  head(out, "ivs_concurrent_streams", "gauge", "Live streams by health");
  for (const auto& [state, count] : health) {
    fmt::format_to(line, "ivs_concurrent_streams{{health=\"{}\"}} {}\n", state, count);
  }
  head(out, "ivs_concurrent_streams_by_country", "gauge", "Live streams by where they come from");
  for (const auto& [country, count] : countries) {
    fmt::format_to(line, "ivs_concurrent_streams_by_country{{streamer_country_code=\"{}\"}} {}\n",
                   country, count);
  }
  head(out, "ivs_concurrent_views", "gauge", "Viewers of each channel");
  for (const live::StreamStatus& stream : streams) {
    fmt::format_to(line, "ivs_concurrent_views{{channel=\"{}\"}} {}\n", stream.channel.str(),
                   stream.viewers);
  }
  gauge(out, "ivs_ingest_bitrate", "Bit/s that come in, all tracks", streams, "",
        [](const auto& stream) { return stream.bitrate; });
  gauge(out, "ivs_ingest_video_bitrate", "Bit/s of video that come in", streams, kTrack,
        [](const auto& stream) { return stream.video_bitrate; });
  gauge(out, "ivs_ingest_audio_bitrate", "Bit/s of audio that come in", streams, kTrack,
        [](const auto& stream) { return stream.audio_bitrate; });
  gauge(out, "ivs_ingest_framerate", "Pictures a second that come in", streams, kTrack,
        [](const auto& stream) { return stream.frame_rate; });
  gauge(out, "ivs_keyframe_interval_seconds", "Between the last two keyframes, 0 if not known",
        streams, kTrack, [](const auto& stream) {
          return std::chrono::duration<double>(stream.keyframe_interval).count();
        });
  head(out, "ivs_live_delivered_seconds_total", "counter", "Time that viewers have watched");
  for (const auto& [channel, totals] : channels_) {
    for (const auto& [country, seconds] : totals.delivered) {
      fmt::format_to(
          line,
          "ivs_live_delivered_seconds_total{{channel=\"{}\",viewer_country_code=\"{}\"}} {}\n",
          channel, country, seconds);
    }
  }
  head(out, "ivs_live_input_seconds_total", "counter", "Time that came in live");
  for (const auto& [channel, totals] : channels_) {
    fmt::format_to(line, "ivs_live_input_seconds_total{{channel=\"{}\"}} {}\n", channel,
                   totals.input);
  }
  head(out, "ivs_recorded_seconds_total", "counter", "Time that was recorded");
  for (const auto& [channel, totals] : channels_) {
    if (totals.recorded == 0) continue;
    fmt::format_to(line, "ivs_recorded_seconds_total{{channel=\"{}\"}} {}\n", channel,
                   totals.recorded);
  }
  return out;
}

}  // namespace control
