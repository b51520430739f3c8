#include "app/channels/channel_facts.h"

#include <algorithm>
#include <set>
#include <utility>

#include "app/channels/channel_maker.h"
#include "io/loop.h"

namespace app {

namespace json = boost::json;

namespace {

constexpr std::size_t kMost = 20'000;  // entries of each memory
constexpr base::Duration kSoon = std::chrono::seconds(5);
constexpr int kMostPages = 20;  // of the list of what is being recorded

// The value that is remembered and still counts.
template <class Memory>
auto recall(Memory& memory, const std::string& key, base::MonotonicTime now) {
  return memory.with([&](auto& known) {
    using Value = decltype(known.begin()->second.value);
    const auto found = known.find(key);
    if (found == known.end() || found->second.until <= now) return std::optional<Value>();
    return std::optional<Value>(found->second.value);
  });
}

template <class Memory, class Value>
void remember(Memory& memory, const std::string& key, Value value, base::MonotonicTime until) {
  memory.with([&](auto& known) {
    if (known.size() >= kMost) known.clear();
    known[key] = {std::move(value), until};
  });
}

std::string arn_key(const PlatformRequest& request, const std::string& arn) {
  return arn + (request.is_secure ? " s " : " p ") + request.http.host;
}

}  // namespace

Outcome<ChannelFacts::AddressesPtr> ChannelFacts::addresses(const PlatformRequest& request,
                                                            const std::string& channel_arn) {
  const std::string key = arn_key(request, channel_arn);
  const base::MonotonicTime now = io::Loop::precise_now();
  if (auto known = recall(addresses_, key, now)) return std::move(*known);
  const auto answer = control_and_wait(control_, {.operation = "GetChannel",
                                                  .input = {{"arn", channel_arn}},
                                                  .host = request.http.host,
                                                  .is_secure = request.is_secure});
  if (answer.error == "ResourceNotFoundException") return AddressesPtr();
  if (!answer.ok()) return broken("GetChannel", answer);
  auto made = std::make_shared<Addresses>();
  if (const json::object* channel = object_in(answer.output, "channel")) {
    made->playback_url = text_in(*channel, "playbackUrl");
    made->ingest_endpoint = text_in(*channel, "ingestEndpoint");
    made->type = text_in(*channel, "type");
    if (const auto* srt = object_in(*channel, "srt")) {
      made->srt_endpoint = text_in(*srt, "endpoint");
      made->srt_passphrase = text_in(*srt, "passphrase");
    }
    if (const auto* multitrack = object_in(*channel, "multitrackInputConfiguration")) {
      made->multitrack = *multitrack;
    }
  }
  AddressesPtr shared = std::move(made);
  remember(addresses_, key, shared, now + kKeep);
  return shared;
}

void ChannelFacts::forget(const std::string& channel_arn) {
  addresses_.with([&](auto& known) {
    std::erase_if(known,
                  [&](const auto& entry) { return entry.first.starts_with(channel_arn + " "); });
  });
}

std::unordered_map<std::string, LooseChannel> ChannelFacts::loose(
    const std::vector<std::string>& arns) {
  constexpr std::size_t kAtOnce = 50;  // of BatchGetChannel
  const base::MonotonicTime now = io::Loop::precise_now();
  std::unordered_map<std::string, LooseChannel> found;
  std::vector<std::string> unknown;
  for (const std::string& arn : arns) {
    const auto known = recall(loose_, arn, now);
    if (!known) {
      unknown.push_back(arn);
    } else if (*known) {
      found.emplace(arn, **known);
    }
  }
  for (std::size_t from = 0; from < unknown.size(); from += kAtOnce) {
    json::array wanted;
    for (std::size_t i = from; i < std::min(from + kAtOnce, unknown.size()); ++i) {
      wanted.emplace_back(unknown[i]);
      remember(loose_, unknown[i], std::optional<LooseChannel>(), now + kKeep);
    }
    const auto answer = control_and_wait(
        control_, {.operation = "BatchGetChannel", .input = {{"arns", std::move(wanted)}}});
    const json::array* channels = answer.ok() ? array_in(answer.output, "channels") : nullptr;
    if (channels == nullptr) continue;
    for (const json::value& entry : *channels) {
      const json::object& channel = entry.as_object();
      const json::value* authorized = channel.if_contains("authorized");
      if (authorized != nullptr && authorized->is_bool() && authorized->get_bool()) continue;
      const std::string arn = text_in(channel, "arn");
      const LooseChannel loose{.id = arn.substr(arn.find('/') + 1),
                               .name = text_in(channel, "name")};
      remember(loose_, arn, std::optional<LooseChannel>(loose), now + kKeep);
      found.emplace(arn, loose);
    }
  }
  return found;
}

std::unordered_map<std::string, std::string> ChannelFacts::running(
    const std::vector<LiveChannel>& live) {
  const base::MonotonicTime now = io::Loop::precise_now();
  std::unordered_map<std::string, std::string> found;
  std::set<std::string> unknown;
  for (const LiveChannel& channel : live) {
    const auto known = recall(running_, channel.stream_id, now);
    if (!known) {
      unknown.insert(channel.stream_id);
    } else if (!known->empty()) {
      found.emplace(channel.stream_id, *known);
    }
  }
  if (unknown.empty()) return found;
  // What is new stands in front.
  json::object input{{"state", "RECORDING"}, {"maxResults", 100}};
  for (int page = 0; page < kMostPages && !unknown.empty(); ++page) {
    const auto answer = control_and_wait(control_, {.operation = "ListRecordings", .input = input});
    const json::array* recordings = answer.ok() ? array_in(answer.output, "recordings") : nullptr;
    if (recordings == nullptr) break;
    for (const json::value& entry : *recordings) {
      const json::object& recording = entry.as_object();
      const json::array* streams = array_in(recording, "streamIds");
      if (streams == nullptr) continue;
      for (const json::value& stream : *streams) {
        const std::string id(stream.as_string());
        if (unknown.erase(id) == 0) continue;
        const std::string name = text_in(recording, "recordingId");
        remember(running_, id, name, now + std::chrono::hours(24));
        found.emplace(id, name);
      }
    }
    const std::string next = text_in(answer.output, "nextToken");
    if (next.empty()) break;
    input["nextToken"] = next;
  }
  // Those of channels that are not recorded; a recording may also begin a moment after its stream.
  for (const std::string& id : unknown) remember(running_, id, std::string(), now + 2 * kSoon);
  return found;
}

std::optional<json::object> ChannelFacts::ingest(const LiveChannel& live) {
  const base::MonotonicTime now = io::Loop::precise_now();
  if (auto known = recall(ingest_, live.stream_id, now)) return std::move(*known);
  const auto answer = control_and_wait(
      control_, {.operation = "GetStreamSession",
                 .input = {{"channelArn", live.channel_arn}, {"streamId", live.stream_id}}});
  std::optional<json::object> made;
  if (answer.ok()) {
    const auto* session = object_in(answer.output, "streamSession");
    const auto* ingest = session != nullptr ? object_in(*session, "ingestConfiguration") : nullptr;
    const auto* video = ingest != nullptr ? object_in(*ingest, "video") : nullptr;
    if (video != nullptr && video->contains("videoWidth") && video->contains("videoHeight")) {
      made = json::object{{"video", json::object{{"videoWidth", video->at("videoWidth")},
                                                 {"videoHeight", video->at("videoHeight")}}}};
    }
  }
  remember(ingest_, live.stream_id, made, now + (made ? kKeep : kSoon));
  return made;
}

std::shared_ptr<const json::array> ChannelFacts::recent() {
  const base::MonotonicTime now = io::Loop::precise_now();
  auto known = recent_.with([&](auto& kept) {
    if (kept.value && kept.until > now) return kept.value;
    // One looks; the others are told what was.
    kept.until = now + kKeepRecent;
    return std::shared_ptr<const json::array>();
  });
  if (known) return known;
  const auto answer = control_and_wait(
      control_, {.operation = "ListRecordings", .input = {{"state", "ENDED"}, {"maxResults", 60}}});
  auto made = std::make_shared<json::array>();
  if (const json::array* recordings =
          answer.ok() ? array_in(answer.output, "recordings") : nullptr) {
    *made = *recordings;
  }
  recent_.with([&](auto& kept) { kept.value = made; });
  return made;
}

}  // namespace app
