#include "control/recording/recording_plan.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/log.h"
#include "control/call.h"
#include "control/recording_configuration_record.h"

namespace control {
namespace {

namespace json = boost::json;

std::optional<record::ResolutionClass> class_of(std::string_view name) {
  using enum record::ResolutionClass;
  if (name == "FULL_HD") return kFullHd;
  if (name == "HD") return kHd;
  if (name == "SD") return kSd;
  if (name == "LOWEST_RESOLUTION") return kLowest;
  return std::nullopt;
}

record::ThumbnailPlan thumbnails_of(const json::object& kept) {
  record::ThumbnailPlan plan;
  plan.enabled = text_of(kept, "recordingMode", "INTERVAL") == "INTERVAL";
  plan.interval = std::chrono::seconds(integer_of(kept, "targetIntervalSeconds", 60));
  plan.resolution = class_of(text_of(kept, "resolution"));
  const json::value* storage = kept.if_contains("storage");
  if (storage != nullptr && storage->is_array()) {
    const auto has_kind = [&](std::string_view kind) {
      return std::ranges::any_of(storage->get_array(), [&](const json::value& entry) {
        return entry.is_string() && entry.get_string() == kind;
      });
    };
    plan.sequential = has_kind("SEQUENTIAL");
    plan.latest = has_kind("LATEST");
  }
  return plan;
}

void take_renditions(const json::object& kept, record::Plan& plan) {
  const std::string selection = text_of(kept, "renditionSelection", "ALL");
  plan.renditions = selection == "NONE"     ? record::Plan::Renditions::kNone
                    : selection == "CUSTOM" ? record::Plan::Renditions::kCustom
                                            : record::Plan::Renditions::kAll;
  const json::value* list = kept.if_contains("renditions");
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& entry : list->get_array()) {
    if (!entry.is_string()) continue;
    if (const auto known = class_of(entry.get_string())) plan.custom.push_back(*known);
  }
}

}  // namespace

base::Expected<std::shared_ptr<const record::Plan>> recording_plan(
    io::SqlConnection& sql, const Home& home, const RecordingSettings& settings,
    const ChannelRecord& channel) {
  auto plan = std::make_shared<record::Plan>();
  plan->channel = base::ChannelId(channel.id);
  plan->channel_arn = make_arn(home, "channel", channel.id);
  plan->channel_name = channel.name;
  plan->account = home.account;
  if (!channel.recording_configuration.empty()) {
    auto kept = recording_configuration_object(sql, home, channel.recording_configuration);
    if (!kept) return base::fail(std::move(kept.error()));
    if (text_of(*kept, "state") == "ACTIVE") {
      plan->bucket = text_of(kept->at("destinationConfiguration").as_object().at("s3").as_object(),
                             "bucketName");
      plan->thumbnails = thumbnails_of(kept->at("thumbnailConfiguration").as_object());
      take_renditions(kept->at("renditionConfiguration").as_object(), *plan);
      plan->reconnect_window =
          std::chrono::seconds(integer_of(*kept, "recordingReconnectWindowSeconds", 0));
      return plan;
    }
    base::log_warn("a broadcast is not recorded: its recording configuration is not active",
                   {{"channel", channel.id}});
  }
  if (settings.time_shift <= base::Duration::zero()) return nullptr;
  plan->time_shift = settings.time_shift;
  plan->thumbnails.enabled = false;
  return plan;
}

bool records_renditions(const record::Plan& plan) {
  return plan.time_shift == base::Duration::zero() &&
         plan.renditions != record::Plan::Renditions::kNone;
}

}  // namespace control
