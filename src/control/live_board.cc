#include "control/live_board.h"

#include <algorithm>

namespace control {

using Kind = live::StreamEvent::Kind;

void LiveBoard::on_event(const live::StreamEvent& event) {
  streams_.with([&](auto& streams) {
    if (event.kind == Kind::kStreamEnd) {
      // A newer broadcast of the channel stays.
      const auto found = streams.find(event.channel.str());
      if (found != streams.end() && found->second.stream == event.stream) streams.erase(found);
      return;
    }
    if (event.kind == Kind::kSessionCreated) {
      LiveStream stream;
      stream.channel = event.channel;
      stream.stream = event.stream;
      stream.started_at = event.at;
      streams.insert_or_assign(event.channel.str(), std::move(stream));
      return;
    }
    const auto found = streams.find(event.channel.str());
    if (found == streams.end() || found->second.stream != event.stream) return;
    if (event.kind == Kind::kStreamStart) {
      found->second.is_playable = true;
      found->second.health = live::Health::kHealthy;
    }
    if (event.kind == Kind::kStarvationStart) found->second.health = live::Health::kStarving;
    if (event.kind == Kind::kStarvationEnd) found->second.health = live::Health::kHealthy;
  });
}

void LiveBoard::on_figures(const std::vector<live::StreamStatus>& figures) {
  streams_.with([&](auto& streams) {
    for (const live::StreamStatus& figure : figures) {
      const auto found = streams.find(figure.channel.str());
      if (found == streams.end() || found->second.stream != figure.stream) continue;
      found->second.viewers = figure.viewers;
      if (figure.health != live::Health::kUnknown) found->second.health = figure.health;
    }
  });
}

std::optional<LiveStream> LiveBoard::find(const base::ChannelId& channel) const {
  return streams_.with([&](const auto& streams) -> std::optional<LiveStream> {
    const auto found = streams.find(channel.str());
    if (found == streams.end() || !found->second.is_playable) return std::nullopt;
    return found->second;
  });
}

bool LiveBoard::is_busy(const base::ChannelId& channel) const {
  return streams_.with([&](const auto& streams) { return streams.contains(channel.str()); });
}

std::vector<LiveStream> LiveBoard::all() const {
  return streams_.with([](const auto& streams) {
    std::vector<LiveStream> list;
    for (const auto& [id, stream] : streams) {
      if (stream.is_playable) list.push_back(stream);
    }
    return list;
  });
}

std::size_t LiveBoard::streams() const {
  return streams_.with([](const auto& streams) { return streams.size(); });
}

std::int64_t LiveBoard::viewers() const {
  return streams_.with([](const auto& streams) {
    std::int64_t sum = 0;
    for (const auto& [id, stream] : streams) sum += stream.viewers;
    return sum;
  });
}

}  // namespace control
