// What there is to watch, for one loop: facts and catalogs of recordings by id. What is in the
// spool is looked up there each time; what is finished is asked for above, its catalog is read from
// the store, and both are kept for a while. So is that something is not there.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "record/catalog.h"
#include "record/record.h"
#include "record/replay_files.h"
#include "record/shelf.h"
#include "record/workshop.h"

namespace record {

/// One recording as it stood when it was looked up. A value that is cheap to copy.
struct ReplayEntry {
  std::shared_ptr<const Facts> facts;
  std::shared_ptr<const Catalog> catalog;
  bool in_spool = false;
};

class ReplayLibrary {
 public:
  using Done = std::move_only_function<void(base::Expected<ReplayEntry>)>;

  /// All outlive it.
  ReplayLibrary(io::Loop& loop, const Shelf& shelf, Above& above, ReplayFiles& files,
                Workshop& workshop);

  /// `done` may be called before this returns; not when this is destroyed before. kNotFound: there
  /// is none, or it is not there yet; otherwise why the store cannot be read.
  void find(std::string_view recording, Done done);
  /// The running broadcast of a channel, if it is kept.
  std::optional<ReplayEntry> running(std::string_view channel) const;

 private:
  static constexpr std::size_t kMaxBooks = 256;

  struct Book {
    std::optional<base::Expected<ReplayEntry>> found;
    base::MonotonicTime expires{};
    base::MonotonicTime last_used{};
    std::vector<Done> waiting;  // while it is being looked up
  };

  void on_facts(const std::string& recording, std::optional<Facts> facts);
  void on_catalog(const std::string& recording, std::shared_ptr<const Facts> facts,
                  base::Expected<base::Slice> data);
  void settle(const std::string& recording, base::Expected<ReplayEntry> found);
  void make_room();

  io::Loop& loop_;
  const Shelf& shelf_;
  Above& above_;
  ReplayFiles& files_;
  Workshop& workshop_;
  std::map<std::string, Book, std::less<>> books_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // weakly held by what is asked
};

}  // namespace record
