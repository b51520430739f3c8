#include "app/channels/assets.h"

#include "app/channels/schema.h"

namespace app {
namespace {

class EmptyAssets final : public Assets {
 public:
  Outcome<Asset> keep_picture(Call&, const std::string&, std::string_view, base::ByteSpan,
                              const Form&) override {
    return not_found("not here");
  }
  Outcome<std::optional<Asset>> find(io::SqlConnection&, std::string_view,
                                     std::string_view) override {
    return std::nullopt;
  }
  Outcome<void> remove(Call&, const std::string&, std::string_view) override { return {}; }
};

}  // namespace

base::Expected<std::unique_ptr<Assets>> Assets::create(Parts&, io::SqlConnection& sql) {
  if (auto made = make_asset_tables(sql); !made) return base::fail(std::move(made.error()));
  return std::make_unique<EmptyAssets>();
}

std::span<const Route> Assets::routes() {
  return {};
}

}  // namespace app
