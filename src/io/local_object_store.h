// Objects as files: a folder for each bucket, made when something is put there, and in it the keys
// as paths. The files may be read, copied and served by other programs; they appear under their
// names only when they are complete and on the disk.
//
// What folders cannot do: "a" and "a/b" cannot both be keys (kConflict), and no key begins with
// ".incoming/" (kInvalid), where files are written before they get their names.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "io/object_store.h"

namespace io {

class Loop;

struct LocalObjectStoreOptions {
  /// Operations and octets to be written that may wait for the disk.
  std::size_t max_waiting = 256;
  std::size_t max_waiting_octets = std::size_t{128} << 20;
};

/// Makes the folder `root` if it is not there (blocking: when a program starts). The store has a
/// thread of its own. Its end waits for the one operation that has begun; others are dropped.
base::Expected<std::unique_ptr<ObjectStore>> open_local_object_store(
    Loop& loop, const std::string& root, const LocalObjectStoreOptions& options = {});

}  // namespace io
