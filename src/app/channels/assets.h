// Pictures that people upload: checked, decoded and encoded anew by rostrum-av (so that nothing of
// the original file but its pixels remains), kept by the object store, served under names that
// never change their content. Tables: component "app.assets".
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"

namespace app {

struct Asset {
  std::string id;
  std::string url;  // a path of this server
  std::int64_t width = 0;
  std::int64_t height = 0;
  base::WallTime uploaded_at{};
};

/// Where a picture is served: a path.
std::string asset_url(std::string_view id);

class Assets {
 public:
  static base::Expected<std::unique_ptr<Assets>> create(Parts& parts, io::SqlConnection& sql);
  virtual ~Assets() = default;
  static std::span<const Route> routes();

  struct Form {
    std::size_t max_octets = 1 << 20;
    std::int64_t width = 0;  // it is scaled to cover this and cut to it; 0: kept, up to 2,048
    std::int64_t height = 0;
  };
  /// On a slow thread. Refuses with TooLarge (413), WrongType (415), BadPicture (422), each with a
  /// sentence for the one who uploads.
  virtual Outcome<Asset> keep_picture(Call& call, const std::string& owner, std::string_view kind,
                                      base::ByteSpan octets, const Form& form) = 0;
  /// Nothing if there is none of that kind (the newest counts).
  virtual Outcome<std::optional<Asset>> find(io::SqlConnection& sql, std::string_view owner,
                                             std::string_view kind) = 0;
  virtual Outcome<void> remove(Call& call, const std::string& owner, std::string_view kind) = 0;
};

}  // namespace app
