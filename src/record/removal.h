// Deletes what is in the store of a recording, page by page, some objects at a time. On the
// recorder's loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/error.h"
#include "io/object_store.h"

namespace record {

class Removal {
 public:
  using Done = std::move_only_function<void(base::Expected<void>)>;

  /// Everything with these prefixes. `store` outlives it. `done` is called once, and may destroy
  /// it.
  Removal(io::ObjectStore& store, std::string bucket, std::deque<std::string> prefixes, Done done);

  void start();

 private:
  static constexpr std::size_t kAtOnce = 8;
  static constexpr unsigned kAttempts = 3;

  void list_page();
  void on_page(base::Expected<io::ObjectPage> page);
  void remove_some();
  void on_removed(std::list<std::unique_ptr<io::ObjectStore::Pending>>::iterator which,
                  const std::string& key, base::Expected<void> result);
  void finish(base::Expected<void> result);

  io::ObjectStore& store_;
  const std::string bucket_;
  std::deque<std::string> prefixes_;
  Done done_;
  std::string after_;
  bool more_ = false;  // of this prefix
  std::deque<std::string> keys_;
  unsigned failures_ = 0;
  std::unique_ptr<io::ObjectStore::Pending> listing_;
  std::list<std::unique_ptr<io::ObjectStore::Pending>> removing_;
};

}  // namespace record
