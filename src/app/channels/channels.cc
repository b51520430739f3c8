#include "app/channels/channels.h"

#include "app/channels/schema.h"

namespace app {
namespace {

class EmptyChannels final : public Channels {
 public:
  void start() override {}
  Outcome<std::optional<ChannelRow>> find(io::SqlConnection&, std::string_view) override {
    return std::nullopt;
  }
  Outcome<std::optional<ChannelRow>> find_by_arn(io::SqlConnection&, std::string_view) override {
    return std::nullopt;
  }
  Outcome<std::optional<ChannelRow>> find_by_room(io::SqlConnection&, std::string_view) override {
    return std::nullopt;
  }
  Outcome<ChannelRow> ensure(Call&, std::string_view) override { return not_found("not here"); }
};

}  // namespace

base::Expected<std::unique_ptr<Channels>> Channels::create(Parts&, io::SqlConnection& sql) {
  if (auto made = make_channel_tables(sql); !made) return base::fail(std::move(made.error()));
  return std::make_unique<EmptyChannels>();
}

std::span<const Route> Channels::routes() {
  return {};
}
std::span<const Route> Channels::demo_routes() {
  return {};
}

}  // namespace app
