#include "chat/recorder.h"

#include <utility>

namespace chat {

void Recorder::add(Entry entry) {
  entries_.push_back(std::move(entry));
  if (entries_.size() >= kMostEntries) return flush();
  if (entries_.size() == 1) timer_.start(kLongest, [this] { flush(); });
}

void Recorder::flush() {
  timer_.cancel();
  if (entries_.empty()) return;
  above_.record(std::exchange(entries_, {}));
}

}  // namespace chat
