// The members of a loop by id. An id is never given twice, so one that is late finds nobody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "chat/member.h"

namespace chat {

class MemberTable {
 public:
  /// A new member, which stays where it is.
  Member& add();
  /// Null if it has gone.
  Member* find(MemberId id);
  void remove(MemberId id);
  std::size_t size() const { return size_; }

  /// Calls `use(member)` for each; members may be removed meanwhile, none added.
  template <class Use>
  void for_each(Use use) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].member != nullptr) use(*slots_[i].member);
    }
  }

 private:
  struct Slot {
    std::unique_ptr<Member> member;
    std::uint32_t generation = 1;
  };
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace chat
