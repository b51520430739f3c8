#include "app/channels/live_shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>

#include "app/channels/search_words.h"

namespace app {

namespace json = boost::json;

namespace {

// "<start in microseconds>.<channel>"
std::string mark_of(const LiveChannel& live) {
  return fmt::format("{}.{}", live.started_at.time_since_epoch().count(),
                     std::string_view(live.channel_arn).substr(live.channel_arn.find('/') + 1));
}

// Whether an entry stands behind a mark: it started before, or at the same time with a greater ARN.
bool is_behind(const LiveChannel& live, std::string_view mark) {
  std::int64_t start = 0;
  const std::size_t dot = std::min(mark.find('.'), mark.size());
  const auto read = std::from_chars(mark.data(), mark.data() + dot, start);
  if (read.ec != std::errc()) return true;
  const std::int64_t own = live.started_at.time_since_epoch().count();
  if (own != start) return own < start;
  const std::string_view id =
      std::string_view(live.channel_arn).substr(live.channel_arn.find('/') + 1);
  return dot == mark.size() || id > mark.substr(dot + 1);
}

const std::string& category_of(const ShelfEntry& entry) {
  static const std::string kNone;
  return entry.profile ? entry.profile->row.category : kNone;
}

std::string text_of(const ShelfEntry& entry) {
  if (!entry.profile) return entry.loose.name;
  return entry.profile->name + ' ' + entry.profile->row.category + ' ' + entry.profile->row.title;
}

}  // namespace

LiveShelf::LiveShelf(std::uint64_t version, std::vector<ShelfEntry> entries)
    : version_(version), entries_(std::move(entries)) {
  words_.reserve(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const ShelfEntry& entry = entries_[i];
    if (entry.profile) by_account_.emplace(entry.profile->row.account, i);
    by_stream_.emplace(entry.live.stream_id, i);
    if (!category_of(entry).empty()) ++counts_[category_of(entry)];
    words_.push_back(search_words(text_of(entry)));
  }
}

const ShelfEntry* LiveShelf::find(std::string_view account) const {
  const auto found = by_account_.find(std::string(account));
  return found == by_account_.end() ? nullptr : &entries_[found->second];
}

std::size_t LiveShelf::place_of(std::string_view account) const {
  const auto found = by_account_.find(std::string(account));
  return found == by_account_.end() ? entries_.size() : found->second;
}

std::string LiveShelf::thumbnail_of(std::string_view stream_id) const {
  const auto found = by_stream_.find(std::string(stream_id));
  return found == by_stream_.end() ? std::string() : entries_[found->second].thumbnail;
}

std::size_t LiveShelf::live_in(std::string_view category) const {
  const auto found = counts_.find(category);
  return found == counts_.end() ? 0 : found->second;
}

json::object LiveShelf::card(const ShelfEntry& entry) {
  return entry.profile ? card_of(*entry.profile, &entry.live, entry.thumbnail)
                       : card_of(entry.loose, &entry.live, entry.thumbnail);
}

std::string LiveShelf::page(std::string_view category, std::string_view after) const {
  // Categories that nobody streams in are whatever somebody types: not worth remembering.
  if (!after.empty() || (!category.empty() && live_in(category) == 0)) {
    return render(category, after);
  }
  auto known = pages_.with([&](const auto& pages) -> std::shared_ptr<const std::string> {
    const auto found = pages.find(category);
    return found == pages.end() ? nullptr : found->second;
  });
  if (!known) {
    known = std::make_shared<const std::string>(render(category, after));
    pages_.with([&](auto& pages) { pages.emplace(std::string(category), known); });
  }
  return *known;
}

std::string LiveShelf::render(std::string_view category, std::string_view after) const {
  std::string text = "\"live\":[";
  std::size_t shown = 0;
  std::size_t total = 0;
  std::string next;
  const ShelfEntry* last = nullptr;
  for (const ShelfEntry& entry : entries_) {
    if (!category.empty() && category_of(entry) != category) continue;
    ++total;
    if (!after.empty() && !is_behind(entry.live, after)) continue;
    if (shown == kPage) {
      if (next.empty()) next = mark_of(last->live);
      continue;
    }
    if (shown++ > 0) text += ',';
    text += json::serialize(card(entry));
    last = &entry;
  }
  text += fmt::format("],\"total\":{}", total);
  if (!next.empty()) text += ",\"next\":" + json::serialize(json::string(next));
  return text;
}

std::vector<const ShelfEntry*> LiveShelf::search(const std::vector<std::string>& wanted,
                                                 std::size_t limit) const {
  std::vector<const ShelfEntry*> found;
  for (std::size_t i = 0; i < entries_.size() && found.size() < limit; ++i) {
    if (all_begin_words(wanted, words_[i])) found.push_back(&entries_[i]);
  }
  return found;
}

}  // namespace app
