// Where objects are kept: octets under a key in a bucket, as S3 has them. One interface for a
// folder of this machine (io/local_object_store.h) and for any S3-compatible service
// (control/s3_object_store.h). Made, used and destroyed on one loop; nothing here blocks it.
//
// No store tries again by itself (but for the pieces of a large file): whoever calls knows for how
// long that is worth it, and every operation may be repeated without harm. What comes back as
// kTimeout, kClosed, kIo or kLimit may have been done all the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"

namespace io {

/// Bucket and key. A bucket has 1 to 128 of [A-Za-z0-9._-] and begins with a letter or digit (S3
/// itself takes fewer). A key has 1 to 1024 octets of UTF-8 without control characters: segments
/// of at most 255 octets between single slashes, none of them "." or "..".
struct ObjectName {
  std::string bucket;
  std::string key;
};
/// kInvalid, with the offending name.
base::Expected<void> check_bucket(std::string_view bucket);
base::Expected<void> check_object_name(const ObjectName& name);
struct ListObjects;
base::Expected<void> check_list(const ListObjects& which);

struct ObjectInfo {
  std::string key;
  std::uint64_t size = 0;
  base::WallTime modified_at{};
};

struct PutObject {
  ObjectName name;
  /// One behind the other.
  std::vector<base::Slice> content;
  /// For whoever fetches the object from S3; a folder does not keep it.
  std::string content_type = "application/octet-stream";
};

/// A file of this machine that becomes an object.
struct PutFile {
  ObjectName name;
  /// A regular file. It stays where it is and must not change until `done`. In a folder on the same
  /// file system the object *is* this file under another name: remove it or leave it, but never
  /// write to it again.
  std::string path;
  std::string content_type = "application/octet-stream";
};

struct GetObject {
  ObjectName name;
  std::uint64_t offset = 0;
  /// From there on; absent: to the end. Fewer octets come if the object ends before.
  std::optional<std::uint64_t> length = {};
  /// More than this is kLimit; at most kMaxObject.
  std::size_t max_size = std::size_t{16} << 20;
};

struct ListObjects {
  std::string bucket;
  /// Of keys, not of folders: "a/b" finds "a/bc". At most 1024 octets.
  std::string prefix = {};
  /// Only keys behind this one: `next` of the page before.
  std::string after = {};
  std::size_t limit = 1000;  // 1 to 1000
};

/// In the order of the keys' octets.
struct ObjectPage {
  std::vector<ObjectInfo> objects;
  /// Where the next page begins; empty: there is none.
  std::string next;
};

class ObjectStore {
 public:
  /// Octets of one object that is put or got in one piece.
  static constexpr std::size_t kMaxObject = std::size_t{64} << 20;
  /// Octets of a file that is put.
  static constexpr std::uint64_t kMaxFile = std::uint64_t{128} << 30;

  /// An operation under way. Destroying it gives up: `done` is destroyed without being called, and
  /// the operation may or may not be done. Must not outlive the store.
  class Pending {
   public:
    virtual ~Pending() = default;
  };
  /// Called once on the loop, never from inside the call that began the operation; may destroy its
  /// Pending and begin others.
  template <class Result>
  using Done = std::move_only_function<void(base::Expected<Result>)>;

  virtual ~ObjectStore() = default;

  // Errors of all of them:
  //  kInvalid      a name or argument that cannot be
  //  kNotFound     no such object or, where buckets are not made as they are needed, bucket
  //  kUnauthorized keys that are wrong, or rights that are missing
  //  kConflict     a key that another one forbids (see LocalObjectStore); a store that says so
  //  kLimit        too much waits here, or the store asks to go slower; a larger object than
  //                allowed
  //  kDiskFull     the store has no room
  //  kTimeout, kClosed, kIo  the store cannot be reached, answers late, or has failed
  //  kUnsupported, kMalformed  the store answers as no such store does
  // No sentence holds a secret.

  /// The object is there as a whole, also after a crash, or not at all; an older one of that name
  /// is replaced.
  [[nodiscard]] virtual std::unique_ptr<Pending> put(PutObject object, Done<void> done) = 0;
  /// The same, of a file of any size; it is read and copied outside of the loop, in bounded memory.
  /// kInvalid also for a file that is missing, unreadable or no regular file, kConflict for one
  /// that changed meanwhile, kLimit for one of more than kMaxFile octets.
  [[nodiscard]] virtual std::unique_ptr<Pending> put_file(PutFile file, Done<void> done) = 0;
  /// Of objects of any size, `max_size` octets at a time.
  [[nodiscard]] virtual std::unique_ptr<Pending> get(GetObject object, Done<base::Slice> done) = 0;
  [[nodiscard]] virtual std::unique_ptr<Pending> head(ObjectName name, Done<ObjectInfo> done) = 0;
  [[nodiscard]] virtual std::unique_ptr<Pending> list(ListObjects which, Done<ObjectPage> done) = 0;
  /// Fine if there is no such object.
  [[nodiscard]] virtual std::unique_ptr<Pending> remove(ObjectName name, Done<void> done) = 0;
};

}  // namespace io
