#include "record/shelf.h"

namespace record {

std::shared_ptr<const ShelfItem> Shelf::find(std::string_view recording) const {
  return contents_.with([&](const Contents& contents) -> std::shared_ptr<const ShelfItem> {
    const auto found = contents.items.find(recording);
    return found == contents.items.end() ? nullptr : found->second;
  });
}

std::shared_ptr<const ShelfItem> Shelf::running(const base::ChannelId& channel) const {
  return contents_.with([&](const Contents& contents) -> std::shared_ptr<const ShelfItem> {
    const auto running = contents.running.find(channel);
    if (running == contents.running.end()) return nullptr;
    return contents.items.find(running->second)->second;
  });
}

void Shelf::put(std::shared_ptr<const ShelfItem> item) {
  contents_.with([&](Contents& contents) {
    const Facts& facts = item->facts;
    const auto running = contents.running.find(facts.channel);
    const bool is_this = running != contents.running.end() && running->second == facts.recording;
    if (item->running && !is_this && !contents.items.contains(facts.recording)) {
      contents.running[facts.channel] = facts.recording;
    } else if (item->running && running == contents.running.end()) {
      contents.running.emplace(facts.channel, facts.recording);
    } else if (!item->running && is_this) {
      contents.running.erase(running);
    }
    contents.items[facts.recording] = std::move(item);
  });
}

void Shelf::remove(std::string_view recording) {
  contents_.with([&](Contents& contents) {
    const auto found = contents.items.find(recording);
    if (found == contents.items.end()) return;
    const auto running = contents.running.find(found->second->facts.channel);
    if (running != contents.running.end() && running->second == recording) {
      contents.running.erase(running);
    }
    contents.items.erase(found);
  });
}

}  // namespace record
