// The service's metrics as Prometheus series, in its text format: those of the live channels
// directly, so that a channel that has gone leaves nothing behind.
//
//   AWS/IVS                        Prometheus
//   ConcurrentViews (-)            sum(ivs_concurrent_views)
//   ConcurrentViews (Channel)      ivs_concurrent_views{channel}
//   ConcurrentStreams (-, Health)  ivs_concurrent_streams{health}
//   ConcurrentStreams (Country)    ivs_concurrent_streams_by_country{streamer_country_code}
//   LiveDeliveredTime              ivs_live_delivered_seconds_total{channel,viewer_country_code}
//   LiveInputTime                  ivs_live_input_seconds_total{channel}
//   IngestBitrate                  ivs_ingest_bitrate{channel}, in bit/s, as the next two
//   IngestVideoBitrate             ivs_ingest_video_bitrate{channel,track}
//   IngestAudioBitrate             ivs_ingest_audio_bitrate{channel,track}
//   IngestFramerate                ivs_ingest_framerate{channel,track}
//   KeyframeInterval               ivs_keyframe_interval_seconds{channel,track}
//
// The two counters count from the moment a channel went live and end with it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "control/metric_series.h"
#include "live/live.h"

namespace control {

/// Belongs to one thread.
class PrometheusSeries {
 public:
  explicit PrometheusSeries(CountryOf country_of) : country_of_(std::move(country_of)) {}

  /// Counts on: what measure() gave for the streams that are there now.
  void count(const Board& board);
  /// The series of these streams, each group with its HELP and TYPE.
  std::string text(const std::vector<live::StreamStatus>& streams) const;

 private:
  struct Totals {
    std::map<std::string, double> delivered;  // by country
    double input = 0;
    double recorded = 0;
  };
  CountryOf country_of_;
  std::map<std::string, Totals, std::less<>> channels_;
};

}  // namespace control
