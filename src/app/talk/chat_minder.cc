#include "app/talk/chat_minder.h"

namespace app {
namespace {

class EmptyChatMinder final : public ChatMinder {
 public:
  Outcome<bool> is_banned(io::SqlConnection&, std::string_view, std::string_view,
                          base::WallTime) override {
    return false;
  }
  Outcome<std::string> role_in(io::SqlConnection&, std::string_view, const Viewer&) override {
    return "NONE";
  }
  Outcome<ChatModes> modes_of(io::SqlConnection&, std::string_view) override { return ChatModes{}; }
  Outcome<boost::json::object> token(Call&, const ChannelRow&,
                                     const std::optional<Viewer>&) override {
    return not_found("not here");
  }
  Outcome<void> ban(Call&, const ChannelRow&, std::string_view, std::string_view,
                    std::int64_t) override {
    return {};
  }
  Outcome<void> unban(Call&, const ChannelRow&, std::string_view) override { return {}; }
};

}  // namespace

base::Expected<std::unique_ptr<ChatMinder>> ChatMinder::create(Parts&, io::SqlConnection&) {
  return std::make_unique<EmptyChatMinder>();
}

std::span<const Route> ChatMinder::routes() {
  return {};
}
std::span<const Route> ChatMinder::demo_routes() {
  return {};
}

}  // namespace app
