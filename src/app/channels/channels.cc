#include "app/channels/channels.h"

#include <vector>

#include "app/channels/channel_service.h"

namespace app {
namespace {

std::vector<Route> joined(std::initializer_list<std::span<const Route>> tables) {
  std::vector<Route> all;
  for (const auto table : tables) all.insert(all.end(), table.begin(), table.end());
  return all;
}

}  // namespace

base::Expected<std::unique_ptr<Channels>> Channels::create(Parts& parts, io::SqlConnection& sql) {
  auto made = std::make_unique<ChannelService>(parts);
  if (auto done = made->set_up(sql); !done) return base::fail(std::move(done.error()));
  return made;
}

std::span<const Route> Channels::routes() {
  static const std::vector<Route> kAll = joined(
      {directory_routes(), channel_page_routes(), own_channel_routes(), channel_admin_routes()});
  return kAll;
}

std::span<const Route> Channels::demo_routes() {
  static const std::vector<Route> kAll =
      joined({demo_channel_routes(), demo_channels_routes(), demo_metrics_routes()});
  return kAll;
}

}  // namespace app
