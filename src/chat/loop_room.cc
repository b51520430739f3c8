#include "chat/loop_room.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "io/loop.h"

namespace chat {
namespace {

// How long one turn writes before others have theirs, and how often it looks at the clock.
constexpr std::chrono::milliseconds kTurn{2};
constexpr std::size_t kRowsBetweenLooks = 64;
// As many octets are not kept waiting for more.
constexpr std::size_t kMostGathered = 64 << 10;

base::Slice join(std::span<const base::Slice> slices) {
  std::size_t size = 0;
  for (const base::Slice& slice : slices) size += slice.size();
  base::Bytes joined;
  joined.reserve(size);
  for (const base::Slice& slice : slices) {
    joined.insert(joined.end(), slice.span().begin(), slice.span().end());
  }
  return base::Slice::take(std::move(joined));
}

}  // namespace

LoopRoom::LoopRoom(RoomId id, io::Loop& loop, const Settings& settings, FigureCounters& counters,
                   Owner& owner)
    : id_(std::move(id)), loop_(loop), settings_(settings), counters_(counters), owner_(owner) {}

// ---- members ----------------------------------------------------------------------------------

void LoopRoom::add(Member& member) {
  member.room = this;
  member.row = static_cast<std::uint32_t>(rows_.size());
  rows_.push_back({&member, member.connection, next_, member.person->is_extended, false});
  ++members_;
}

void LoopRoom::connect(Member& member) {
  rows_[member.row].connection = member.connection;
}

void LoopRoom::remove(Member& member) {
  Row& row = rows_[member.row];
  CHECK(row.member == &member);
  member.room = nullptr;
  --members_;
  if (batch_) {
    // Others must not come to stand before the cursor.
    row = Row{};
    has_holes_ = true;
  } else {
    row = rows_.back();
    rows_.pop_back();
    if (member.row < rows_.size()) rows_[member.row].member->row = member.row;
  }
  if (members_ == 0) loop_.defer(*this);  // not from inside whoever calls
}

void LoopRoom::forget_holes() {
  if (!has_holes_) return;
  has_holes_ = false;
  std::erase_if(rows_, [](const Row& row) { return row.member == nullptr; });
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i].member->row = static_cast<std::uint32_t>(i);
  }
}

// ---- what is said -----------------------------------------------------------------------------

void LoopRoom::say(RoomFrame frame) {
  gathered_octets_ += frame.frame.size();
  gathered_.push_back(std::move(frame));
  ++next_;
  meter_.add(members_, loop_.now());
  schedule();
}

void LoopRoom::schedule() {
  if (batch_ || gathered_.empty()) return;
  if (gathered_octets_ >= kMostGathered || loop_.now() >= next_write_) {
    if (timer_ != nullptr) timer_->cancel();
    loop_.defer(*this);
    return;
  }
  if (timer_ == nullptr) timer_ = std::make_unique<io::Timer>(loop_);
  if (!timer_->is_running()) timer_->start_at(next_write_, [this] { loop_.defer(*this); });
}

void LoopRoom::on_deferred() {
  if (members_ == 0) return owner_.forget(*this);
  if (!batch_) begin();
  if (batch_) go_on();
}

void LoopRoom::begin() {
  if (gathered_.empty()) return;
  began_ = loop_.now();
  FrameBatch& batch = batch_.emplace();
  batch.first = next_ - gathered_.size();
  batch.frames = std::exchange(gathered_, {});
  gathered_octets_ = 0;
  for (const RoomFrame& each : batch.frames) {
    batch.all.push_back(each.frame);
    if (!each.is_extended) batch.service.push_back(each.frame);
    ++batch.counts[static_cast<std::size_t>(each.action)];
  }
  const bool same = batch.all.size() == batch.service.size();
  // One copy for all is cheaper than many pieces for each.
  if (can_join(batch.all.size())) batch.all = {join(batch.all)};
  if (same) {
    batch.service = batch.all;
  } else if (can_join(batch.service.size())) {
    batch.service = {join(batch.service)};
  }
  cursor_ = 0;
}

void LoopRoom::go_on() {
  const base::MonotonicTime until = io::Loop::precise_now() + kTurn;
  while (cursor_ < rows_.size()) {
    const std::size_t stop = std::min(rows_.size(), cursor_ + kRowsBetweenLooks);
    // By index: a connection that is dropped may leave at once, and others may come.
    for (; cursor_ < stop; ++cursor_) (void)deliver(rows_[cursor_]);
    if (io::Loop::precise_now() >= until) break;
  }
  count();
  if (cursor_ < rows_.size()) return loop_.defer(*this);
  end();
}

void LoopRoom::count() {
  // What counts is the same for all members: frames of our own do not.
  for (std::size_t i = 0; i < kActions; ++i) {
    if (batch_->counts[i] > 0) counters_.deliveries[i].add(batch_->counts[i] * batch_->served);
  }
  batch_->served = 0;
}

void LoopRoom::end() {
  batch_.reset();
  forget_holes();
  next_write_ = began_ + meter_.pause(settings_.max_gathering, loop_.now());
  if (members_ == 0) return loop_.defer(*this);
  schedule();
}

bool LoopRoom::catch_up(Member& member) {
  Row& row = rows_[member.row];
  if (batch_ && !deliver(row)) return false;
  return deliver_rest(row, gathered_, next_ - gathered_.size());
}

// ---- writing ----------------------------------------------------------------------------------

bool LoopRoom::deliver(Row& row) {
  if (row.member == nullptr || row.next >= batch_->end()) return true;
  if (row.next != batch_->first) return deliver_rest(row, batch_->frames, batch_->first);
  row.next = batch_->end();
  const std::vector<base::Slice>& slices = row.is_extended ? batch_->all : batch_->service;
  if (slices.empty()) return true;
  ++batch_->served;
  return write(row, slices);
}

bool LoopRoom::deliver_rest(Row& row, std::span<const RoomFrame> frames, std::uint64_t first) {
  if (row.member == nullptr) return true;
  std::vector<base::Slice> rest;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (first + i < row.next || (frames[i].is_extended && !row.is_extended)) continue;
    rest.push_back(frames[i].frame);
    counters_.delivery(frames[i].action).add();
  }
  row.next = std::max(row.next, first + frames.size());
  return rest.empty() || write(row, rest);
}

bool LoopRoom::write(Row& row, std::span<const base::Slice> slices) {
  if (row.connection == nullptr) {
    keep(row, slices);
    return true;
  }
  if (const std::size_t backlog = row.connection->backlog(); backlog > 0) [[unlikely]] {
    if (!row.is_behind) {
      row.is_behind = true;
      row.member->behind_since = loop_.now();
      owner_.watch_slow(*row.member);
    }
    if (!keeps_up(*row.member, backlog, loop_.now())) {
      owner_.drop(*row.member);
      return false;
    }
  } else {
    row.is_behind = false;
  }
  row.connection->write(slices);
  return true;
}

bool LoopRoom::keeps_up(Member& member, std::size_t backlog, base::MonotonicTime now) {
  if (backlog == 0) {
    rows_[member.row].is_behind = false;
    return true;
  }
  return backlog <= settings_.max_backlog && now - member.behind_since < kLongestBehind;
}

void LoopRoom::keep(Row& row, std::span<const base::Slice> slices) const {
  Entrance& entrance = *row.member->entrance;
  if (entrance.is_overdue) return;
  for (const base::Slice& slice : slices) entrance.octets += slice.size();
  entrance.is_overdue = entrance.octets > settings_.max_backlog;
  if (entrance.is_overdue) {
    entrance.frames.clear();
  } else {
    entrance.frames.insert(entrance.frames.end(), slices.begin(), slices.end());
  }
}

}  // namespace chat
