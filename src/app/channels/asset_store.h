// Pictures kept: a row for each and a file beside the database. See app::Assets.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/channels/assets.h"
#include "base/crypto.h"
#include "base/guarded.h"
#include "base/slice.h"
#include "io/object_files.h"

namespace app {

class AssetStore final : public Assets {
 public:
  explicit AssetStore(Parts& parts);
  base::Expected<void> set_up(io::SqlConnection& sql);
  static AssetStore& of(Call& call);

  // Assets
  Outcome<Asset> keep_picture(Call& call, const std::string& owner, std::string_view kind,
                              base::ByteSpan octets, const Form& form) override;
  Outcome<std::optional<Asset>> find(io::SqlConnection& sql, std::string_view owner,
                                     std::string_view kind) override;
  Outcome<void> remove(Call& call, const std::string& owner, std::string_view kind) override;

  struct Served {
    base::Slice octets;
    std::string media_type;
  };
  /// Nothing if there is no such picture.
  Outcome<std::optional<Served>> load(io::SqlConnection& sql, std::string_view id);

  // Leave to upload one picture, for those who bring only this.
  struct Leave {
    std::string account;
    std::string kind;
  };
  std::string sign(const Leave& leave, base::WallTime until) const;
  /// Nothing if it is not one of ours, or has ended.
  std::optional<Leave> check(std::string_view text, base::WallTime now) const;

  static constexpr std::size_t kMemory = std::size_t{48} << 20;  // octets of pictures

 private:
  /// Pictures that were replaced a while ago go.
  void sweep(io::SqlConnection& sql, base::WallTime now);

  struct Memory {
    std::unordered_map<std::string, Served> known;
    std::size_t octets = 0;
  };

  Parts& parts_;
  const io::ObjectFiles files_;
  const base::Bytes secret_;  // of leaves: they end before this program does
  base::Guarded<Memory> memory_;
};

}  // namespace app
