#include "app/overlays/overlays.h"

namespace app {
namespace {

class EmptyOverlays final : public Overlays {
 public:
  void start() override {}
  Outcome<boost::json::object> poll_of(io::SqlConnection&, const ChannelRow&,
                                       const std::optional<Viewer>&, std::string_view,
                                       base::WallTime) override {
    return not_found("not here");
  }
  void went_offline(const std::string&) override {}
};

}  // namespace

base::Expected<std::unique_ptr<Overlays>> Overlays::create(Parts&, io::SqlConnection&) {
  return std::make_unique<EmptyOverlays>();
}

std::span<const Route> Overlays::routes() {
  return {};
}
std::span<const Route> Overlays::demo_routes() {
  return {};
}

}  // namespace app
