#include "chat/member_table.h"

#include "base/check.h"

namespace chat {
namespace {

// An id is the slot's generation and its index.
std::uint32_t index_of(MemberId id) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(id));
}
std::uint32_t generation_of(MemberId id) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(id) >> 32);
}

}  // namespace

Member& MemberTable::add() {
  std::uint32_t index = 0;
  if (free_.empty()) {
    CHECK(slots_.size() < UINT32_MAX);
    index = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[index];
  slot.member = std::make_unique<Member>();
  slot.member->id = MemberId{std::uint64_t{slot.generation} << 32 | index};
  ++size_;
  return *slot.member;
}

Member* MemberTable::find(MemberId id) {
  const std::uint32_t index = index_of(id);
  if (index >= slots_.size() || slots_[index].generation != generation_of(id)) return nullptr;
  return slots_[index].member.get();
}

void MemberTable::remove(MemberId id) {
  CHECK(find(id) != nullptr);
  Slot& slot = slots_[index_of(id)];
  slot.member.reset();
  if (++slot.generation == 0) slot.generation = 1;
  free_.push_back(index_of(id));
  --size_;
}

}  // namespace chat
