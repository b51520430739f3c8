#include "server/event_log.h"

#include <string>

#include "base/log.h"
#include "base/metrics.h"

namespace server {

void EventLog::on_event(const live::StreamEvent& event) {
  const std::string_view name = live::to_string(event.kind);
  base::metrics()
      .counter("rostrum_stream_events_total", "Changes of state of streams",
               {{"event", std::string(name)}})
      .add();
  const base::LogField channel("channel", event.channel.str());
  const base::LogField stream("stream", event.stream.str());
  if (event.detail.empty()) {
    base::log_info(name, {channel, stream});
  } else {
    base::log_info(name, {channel, stream, {"detail", event.detail}});
  }
}

}  // namespace server
