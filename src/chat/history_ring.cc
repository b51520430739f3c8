#include "chat/history_ring.h"

#include <algorithm>
#include <utility>

#include "chat/frames.h"
#include "wire/websocket/frame.h"

namespace chat {

void HistoryRing::load(std::vector<Entry> entries) {
  for (Entry& entry : entries) {
    if (entry.kind != Entry::Kind::kReactions) {
      add(std::move(entry));
    } else if (Reactions* found = reactions(entry.about); found != nullptr) {
      (void)found->load(entry.payload.text());  // senseless counts are as good as none
    }
  }
}

void HistoryRing::add(Entry entry) {
  if (capacity_ == 0) return;
  const std::int64_t position = entry.position;
  items_.insert_or_assign(items_.end(), position, Item{std::move(entry), {}, nullptr});
  if (items_.size() > capacity_) items_.erase(items_.begin());
}

HistoryRing::Items::const_iterator HistoryRing::find(std::string_view id) const {
  // What is asked for is mostly new.
  for (auto item = items_.end(); item != items_.begin();) {
    if ((--item)->second.entry.id == id) return item;
  }
  return items_.end();
}

HistoryRing::Items::iterator HistoryRing::find(std::string_view id) {
  const auto found = std::as_const(*this).find(id);
  return found == items_.cend() ? items_.end() : items_.find(found->first);
}

bool HistoryRing::remove(std::string_view id) {
  const auto item = find(id);
  if (item == items_.end()) return false;
  if (gone_.size() >= capacity_) gone_.erase(gone_.begin());
  gone_.push_back({item->second.entry.id, item->first});
  items_.erase(item);
  return true;
}

Reactions* HistoryRing::reactions(std::string_view message_id) {
  const auto found = find(message_id);
  if (found == items_.end()) return nullptr;
  Item& item = found->second;
  if (item.entry.kind != Entry::Kind::kMessage) return nullptr;
  if (item.reactions == nullptr) item.reactions = std::make_unique<Reactions>(budget_);
  return item.reactions.get();
}

std::optional<std::int64_t> HistoryRing::position_of(std::string_view id) const {
  if (const auto item = find(id); item != items_.end()) return item->first;
  const auto gone = std::ranges::find(gone_, id, &Gone::id);
  // Something behind it may have been pushed out: then what lies between is not known.
  if (gone == gone_.end() || items_.empty() || items_.begin()->first > gone->position) return {};
  return gone->position;
}

HistoryRing::Excerpt HistoryRing::excerpt(std::size_t count, std::string_view since) {
  Excerpt excerpt;
  auto item = items_.end();
  if (const auto position = since.empty() ? std::nullopt : position_of(since)) {
    item = items_.upper_bound(*position);
  } else {
    excerpt.is_complete = since.empty();
    for (; count > 0 && item != items_.begin(); --count) --item;
  }
  for (; item != items_.end(); ++item) {
    auto& [entry, frame, reactions] = item->second;
    if (frame.empty()) {
      frame = wire::websocket::text_frame(history_json(entry.payload.text()));
    }
    excerpt.frames.push_back(frame);
    if (reactions != nullptr) excerpt.reactions.emplace_back(entry.id, reactions.get());
  }
  return excerpt;
}

}  // namespace chat
