// The files of a LocalObjectStore, for its thread: every call blocks. Names are checked by the
// caller (check_object_name).
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"
#include "io/object_store.h"

namespace io {

class ObjectFiles {
 public:
  /// The first segment of keys that there cannot be.
  static constexpr std::string_view kIncoming = ".incoming";

  explicit ObjectFiles(std::string root) : root_(std::move(root)) {}

  base::Expected<void> put(const PutObject& object) const;
  /// Another name for the file, or a copy where that cannot be. A copy ends with kClosed soon after
  /// one of the two flags is set.
  base::Expected<void> put_file(const PutFile& file, const std::atomic<bool>& given_up,
                                const std::atomic<bool>& stopping) const;
  base::Expected<base::Slice> get(const GetObject& object) const;
  base::Expected<ObjectInfo> head(const ObjectName& name) const;
  base::Expected<ObjectPage> list(const ListObjects& which) const;
  base::Expected<void> remove(const ObjectName& name) const;
  /// Removes unfinished files that nobody has touched since `before`: those of a program that
  /// crashed, not those of another one that is at work in the same folder.
  void clean_up(base::WallTime before) const;

 private:
  base::Expected<void> move_into_place(const std::string& temporary, const ObjectName& name) const;
  std::string path_of(const ObjectName& name) const;

  std::string root_;
};

}  // namespace io
