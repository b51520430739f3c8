// The channels that are live, as directories show them: made once for each version of the
// LiveBoard, with the texts of pages that were asked for. A LiveShelf is immutable but for those
// texts, and shared by threads.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/channels/cards.h"
#include "app/channels/channel_profile.h"
#include "app/core/live_board.h"
#include "base/guarded.h"

namespace app {

/// What is known of a live channel before it is put on the shelf.
struct ShelfEntry {
  LiveChannel live;
  ProfilePtr profile;  // nothing: it belongs to no account
  LooseChannel loose;  // then
  std::string thumbnail;
};

class LiveShelf {
 public:
  static constexpr std::size_t kPage = 50;

  /// Newest first.
  LiveShelf(std::uint64_t version, std::vector<ShelfEntry> entries);

  std::uint64_t version() const { return version_; }
  const std::vector<ShelfEntry>& entries() const { return entries_; }
  /// Nothing if the account's channel is not live.
  const ShelfEntry* find(std::string_view account) const;
  /// The place of an account's channel: lower is newer.
  std::size_t place_of(std::string_view account) const;
  /// The thumbnail of a running broadcast; empty if there is none.
  std::string thumbnail_of(std::string_view stream_id) const;
  std::size_t live_in(std::string_view category) const;
  const std::map<std::string, std::size_t, std::less<>>& categories() const { return counts_; }

  /// `"live":[...],"total":N,"next":"..."`: a page of a category (empty: all), behind the entry
  /// that `after` names (empty: from the beginning; what is gone: where it would be).
  std::string page(std::string_view category, std::string_view after) const;
  /// Cards whose words begin with all that is wanted, at most `limit`.
  std::vector<const ShelfEntry*> search(const std::vector<std::string>& wanted,
                                        std::size_t limit) const;
  static boost::json::object card(const ShelfEntry& entry);

 private:
  std::string render(std::string_view category, std::string_view after) const;

  const std::uint64_t version_;
  const std::vector<ShelfEntry> entries_;
  std::unordered_map<std::string, std::size_t> by_account_;
  std::unordered_map<std::string, std::size_t> by_stream_;
  std::map<std::string, std::size_t, std::less<>> counts_;  // live channels of each category
  std::vector<std::vector<std::string>> words_;             // of each entry
  // First pages only: there are as many as categories.
  mutable base::Guarded<std::map<std::string, std::shared_ptr<const std::string>, std::less<>>>
      pages_;
};

using ShelfPtr = std::shared_ptr<const LiveShelf>;

}  // namespace app
