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
  if (items_.size() == capacity_) items_.pop_front();
  items_.push_back({std::move(entry), {}, nullptr});
}

std::size_t HistoryRing::place_of(std::string_view id) const {
  for (std::size_t i = items_.size(); i > 0; --i) {  // what is asked for is mostly new
    if (items_[i - 1].entry.id == id) return i - 1;
  }
  return items_.size();
}

bool HistoryRing::remove(std::string_view id) {
  const std::size_t place = place_of(id);
  if (place == items_.size()) return false;
  const auto item = items_.begin() + static_cast<std::ptrdiff_t>(place);
  if (gone_.size() >= capacity_) gone_.pop_front();
  gone_.push_back({item->entry.id, item->entry.position});
  items_.erase(item);
  return true;
}

Reactions* HistoryRing::reactions(std::string_view message_id) {
  const std::size_t place = place_of(message_id);
  if (place == items_.size()) return nullptr;
  Item& item = items_[place];
  if (item.entry.kind != Entry::Kind::kMessage) return nullptr;
  if (item.reactions == nullptr) item.reactions = std::make_unique<Reactions>(budget_);
  return item.reactions.get();
}

std::size_t HistoryRing::behind(std::string_view since) const {
  if (const std::size_t place = place_of(since); place < items_.size()) return place + 1;
  const auto gone = std::ranges::find(gone_, since, &Gone::id);
  // Something older may have been pushed out: then what lies between is not known.
  if (gone == gone_.end() || items_.empty() || items_.front().entry.position > gone->position) {
    return items_.size() + 1;
  }
  const auto next = std::ranges::find_if(
      items_, [&](const Item& item) { return item.entry.position > gone->position; });
  return static_cast<std::size_t>(next - items_.begin());
}

HistoryRing::Excerpt HistoryRing::excerpt(std::size_t count, std::string_view since) {
  Excerpt excerpt;
  std::size_t from = since.empty() ? items_.size() + 1 : behind(since);
  if (from > items_.size()) {
    excerpt.is_complete = since.empty();
    from = items_.size() - std::min(count, items_.size());
  }
  for (std::size_t i = from; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.frame.empty()) {
      item.frame = wire::websocket::text_frame(history_json(item.entry.payload.text()));
    }
    excerpt.frames.push_back(item.frame);
    if (item.reactions != nullptr)
      excerpt.reactions.emplace_back(item.entry.id, item.reactions.get());
  }
  return excerpt;
}

}  // namespace chat
