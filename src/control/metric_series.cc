#include "control/metric_series.h"

#include <algorithm>
#include <array>
#include <map>

namespace control {
namespace {

// Which dimensions a metric has, and what of them says where it is kept.
enum class Scope : std::uint8_t {
  kAccount,
  kChannel,
  kTrack,
  kViewerCountry,
  kHealth,
  kStreamerCountry,
  kAction,
  kUri,
  kLoggingConfiguration,
  kUsage,
};

struct Row {
  std::string_view space;
  std::string_view name;
  std::string_view unit;
  Scope scope;
  Measure measure;
  std::string_view resource = {};  // of kUsage
  std::string_view service = "IVS";
};

constexpr std::string_view kIvs = "AWS/IVS";
constexpr std::string_view kOwn = "Rostrum";
constexpr std::string_view kChat = "AWS/IVSChat";
constexpr std::string_view kUsageSpace = "AWS/Usage";
constexpr std::string_view kTrackName = "Track0";

constexpr std::array kRows = {
    Row{kIvs, "ConcurrentViews", "Count", Scope::kAccount, Measure::kViews},
    Row{kIvs, "ConcurrentViews", "Count", Scope::kChannel, Measure::kViews},
    Row{kIvs, "ConcurrentStreams", "Count", Scope::kAccount, Measure::kStreams},
    Row{kIvs, "ConcurrentStreams", "Count", Scope::kHealth, Measure::kStreamsByHealth},
    Row{kIvs, "ConcurrentStreams", "Count", Scope::kStreamerCountry, Measure::kStreamsByCountry},
    Row{kIvs, "LiveDeliveredTime", "Seconds", Scope::kAccount, Measure::kDelivered},
    Row{kIvs, "LiveDeliveredTime", "Seconds", Scope::kChannel, Measure::kDelivered},
    Row{kIvs, "LiveDeliveredTime", "Seconds", Scope::kViewerCountry, Measure::kDeliveredByCountry},
    Row{kIvs, "LiveInputTime", "Seconds", Scope::kAccount, Measure::kInput},
    Row{kIvs, "LiveInputTime", "Seconds", Scope::kChannel, Measure::kInput},
    Row{kIvs, "RecordedTime", "Seconds", Scope::kAccount, Measure::kRecorded},
    Row{kIvs, "RecordedTime", "Seconds", Scope::kChannel, Measure::kRecorded},
    Row{kIvs, "IngestBitrate", "Bits/Second", Scope::kAccount, Measure::kBitrate},
    Row{kIvs, "IngestBitrate", "Bits/Second", Scope::kChannel, Measure::kBitrate},
    Row{kIvs, "IngestVideoBitrate", "Bits/Second", Scope::kChannel, Measure::kVideoBitrate},
    Row{kIvs, "IngestVideoBitrate", "Bits/Second", Scope::kTrack, Measure::kVideoBitrate},
    Row{kIvs, "IngestAudioBitrate", "Bits/Second", Scope::kChannel, Measure::kAudioBitrate},
    Row{kIvs, "IngestAudioBitrate", "Bits/Second", Scope::kTrack, Measure::kAudioBitrate},
    Row{kIvs, "IngestFramerate", "Count/Second", Scope::kAccount, Measure::kFrameRate},
    Row{kIvs, "IngestFramerate", "Count/Second", Scope::kChannel, Measure::kFrameRate},
    Row{kIvs, "IngestFramerate", "Count/Second", Scope::kTrack, Measure::kFrameRate},
    Row{kIvs, "KeyframeInterval", "Seconds", Scope::kChannel, Measure::kKeyframeInterval},
    Row{kIvs, "KeyframeInterval", "Seconds", Scope::kTrack, Measure::kKeyframeInterval},
    Row{kOwn, "Gaps", "Count", Scope::kChannel, Measure::kGaps},
    Row{kOwn, "DroppedSamples", "Count", Scope::kChannel, Measure::kDroppedSamples},
    Row{kUsageSpace, "ResourceCount", "Count", Scope::kUsage, Measure::kStreams,
        "ConcurrentStreams"},
    Row{kUsageSpace, "ResourceCount", "Count", Scope::kUsage, Measure::kViews, "ConcurrentViews"},
    Row{kChat, "ConcurrentChatConnections", "Count", Scope::kAccount, Measure::kChatConnections},
    Row{kChat, "MessagingRequests", "Count", Scope::kAccount, Measure::kChatRequests},
    Row{kChat, "Requests", "Count", Scope::kAction, Measure::kChatRequestsByAction},
    Row{kChat, "MessagingDeliveries", "Count", Scope::kAccount, Measure::kChatDeliveries},
    Row{kChat, "Deliveries", "Count", Scope::kAction, Measure::kChatDeliveriesByAction},
    Row{kChat, "InvocationErrors", "Count", Scope::kUri, Measure::kReviewInvocationErrors},
    Row{kChat, "ResponseValidationErrors", "Count", Scope::kUri, Measure::kReviewResponseErrors},
    Row{kChat, "LogDestinationErrors", "Count", Scope::kLoggingConfiguration,
        Measure::kChatLogErrors},
    Row{kChat, "LogDestinationAccessDeniedError", "Count", Scope::kLoggingConfiguration,
        Measure::kChatLogAccessDenied},
    Row{kChat, "LogDestinationResourceNotFoundErrors", "Count", Scope::kLoggingConfiguration,
        Measure::kChatLogNotFound},
    Row{kUsageSpace, "ResourceCount", "Count", Scope::kUsage, Measure::kChatConnections,
        "ConcurrentChatConnections", "IVS Chat"},
};

bool is_of_channel(Scope scope) {
  return scope == Scope::kChannel || scope == Scope::kTrack || scope == Scope::kViewerCountry;
}

std::vector<MetricDimension> dimensions_of(const Row& row, std::string_view subject,
                                           const std::string& qualifier) {
  const std::string channel(subject);
  switch (row.scope) {
    case Scope::kAccount:
      return {};
    case Scope::kChannel:
      return {{"Channel", channel}};
    case Scope::kTrack:
      return {{"Channel", channel}, {"Track", std::string(kTrackName)}};
    case Scope::kViewerCountry:
      return {{"Channel", channel}, {"ViewerCountryCode", qualifier}};
    case Scope::kHealth:
      return {{"Health", qualifier}};
    case Scope::kStreamerCountry:
      return {{"StreamerCountryCode", qualifier}};
    case Scope::kAction:
      return {{"Action", qualifier}};
    case Scope::kUri:
      return {{"Uri", qualifier}};
    case Scope::kLoggingConfiguration:
      return {{"LoggingConfiguration", qualifier}};
    case Scope::kUsage:
      return {{"Class", "None"},
              {"Resource", std::string(row.resource)},
              {"Service", std::string(row.service)},
              {"Type", "Resource"}};
  }
  return {};
}

const std::string* find(const std::vector<MetricDimension>& dimensions, std::string_view name) {
  const auto at =
      std::find_if(dimensions.begin(), dimensions.end(),
                   [&](const MetricDimension& dimension) { return dimension.name == name; });
  return at == dimensions.end() ? nullptr : &at->value;
}

double seconds(base::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::optional<MetricPlace> place_of(const Home& home, const MetricName& metric) {
  std::vector<MetricDimension> asked = metric.dimensions;
  std::string subject;
  for (MetricDimension& dimension : asked) {
    if (dimension.name == "LoggingConfiguration" && dimension.value.starts_with("arn:")) {
      dimension.value = std::string(own_id(home, "logging-configuration", dimension.value));
    }
    if (dimension.name != "Channel") continue;
    if (dimension.value.starts_with("arn:")) {
      dimension.value = std::string(own_id(home, "channel", dimension.value));
    }
    subject = dimension.value;
    if (subject.empty()) return std::nullopt;
  }
  std::sort(asked.begin(), asked.end());
  for (const Row& row : kRows) {
    if (row.space != metric.space || row.name != metric.name) continue;
    std::string qualifier;
    for (const std::string_view name : {"ViewerCountryCode", "Health", "StreamerCountryCode",
                                        "Action", "Uri", "LoggingConfiguration"}) {
      const std::string* value = find(asked, name);
      if (value != nullptr && value->size() <= 255) qualifier = *value;
    }
    if (dimensions_of(row, subject, qualifier) != asked) continue;
    return MetricPlace{subject, {row.measure, qualifier}, row.unit};
  }
  return std::nullopt;
}

std::vector<MetricName> names_of(std::string_view subject, const Slot& slot) {
  std::vector<MetricName> names;
  for (const Row& row : kRows) {
    if (row.measure != slot.measure || is_of_channel(row.scope) == subject.empty()) continue;
    names.push_back({std::string(row.space), std::string(row.name),
                     dimensions_of(row, subject, slot.qualifier)});
  }
  return names;
}

void RepairMeter::measure(const std::vector<live::StreamStatus>& streams, Board& board) {
  std::map<std::string, Told> told;
  for (const live::StreamStatus& stream : streams) {
    const std::string& channel = stream.channel.str();
    const auto before = told_.find(channel);
    Told then;
    if (before != told_.end() && before->second.stream == stream.stream) then = before->second;
    const Told now{.stream = stream.stream,
                   .gaps = std::max(stream.repairs.gaps, then.gaps),
                   .dropped = std::max(stream.dropped.total(), then.dropped)};
    if (stream.live) {
      Points& points = board[channel];
      points.add({Measure::kGaps, {}}, Aggregate::of(static_cast<double>(now.gaps - then.gaps)));
      points.add({Measure::kDroppedSamples, {}},
                 Aggregate::of(static_cast<double>(now.dropped - then.dropped)));
      told.insert_or_assign(channel, now);
    } else {
      told.insert_or_assign(channel, then.stream == stream.stream ? then : Told{stream.stream});
    }
  }
  told_ = std::move(told);
}

void measure_recorded(const RecordedSeconds& recorded, Board& board) {
  for (const auto& [channel, seconds] : recorded) {
    board[channel].add({Measure::kRecorded, {}}, Aggregate::of(seconds));
    board[""].add({Measure::kRecorded, {}}, Aggregate::of(seconds));
  }
}

std::string country_text(const live::CountryCode& country) {
  return country[0] == '\0' ? "UNKNOWN" : std::string(country.data(), country.size());
}

std::string_view health_text(live::Health health) {
  switch (health) {
    case live::Health::kHealthy:
      return "HEALTHY";
    case live::Health::kStarving:
      return "STARVING";
    case live::Health::kUnknown:
      break;
  }
  return "UNKNOWN";
}

Board measure(const std::vector<live::StreamStatus>& streams, const CountryOf& country_of,
              base::WallTime now, base::Duration elapsed) {
  Board board;
  if (streams.empty()) return board;
  Points& account = board[""];
  double views = 0;
  double live = 0;
  std::map<live::Health, double> health = {
      {live::Health::kUnknown, 0}, {live::Health::kHealthy, 0}, {live::Health::kStarving, 0}};
  std::map<std::string, double> countries;
  for (const live::StreamStatus& stream : streams) {
    Points& channel = board[stream.channel.str()];
    const auto both = [&](Measure what, double value) {
      channel.add({what, {}}, Aggregate::of(value));
      account.add({what, {}}, Aggregate::of(value));
    };
    const auto alone = [&](Measure what, double value) {
      channel.add({what, {}}, Aggregate::of(value));
    };
    const double viewers = stream.viewers;
    views += viewers;
    alone(Measure::kViews, viewers);
    both(Measure::kDelivered, viewers * seconds(elapsed));
    for (const auto& [country, count] : stream.viewers_by_country) {
      channel.add({Measure::kDeliveredByCountry, country_text(country)},
                  Aggregate::of(count * seconds(elapsed)));
    }
    if (!stream.live) continue;
    live += 1;
    health[stream.health] += 1;
    countries[country_text(country_of ? country_of(stream.remote_address) : live::CountryCode{})] +=
        1;
    const base::Duration age = std::max<base::Duration>(now - stream.started_at, {});
    both(Measure::kInput, seconds(std::min(age, elapsed)));
    if (!stream.measured) continue;
    both(Measure::kBitrate, static_cast<double>(stream.bitrate));
    alone(Measure::kVideoBitrate, static_cast<double>(stream.video_bitrate));
    alone(Measure::kAudioBitrate, static_cast<double>(stream.audio_bitrate));
    both(Measure::kFrameRate, stream.frame_rate);
    if (stream.keyframe_interval > base::Duration::zero()) {
      alone(Measure::kKeyframeInterval, seconds(stream.keyframe_interval));
    }
  }
  account.add({Measure::kViews, {}}, Aggregate::of(views));
  account.add({Measure::kStreams, {}}, Aggregate::of(live));
  for (const auto& [state, count] : health) {
    account.add({Measure::kStreamsByHealth, std::string(health_text(state))}, Aggregate::of(count));
  }
  for (const auto& [country, count] : countries) {
    account.add({Measure::kStreamsByCountry, country}, Aggregate::of(count));
  }
  return board;
}

}  // namespace control
